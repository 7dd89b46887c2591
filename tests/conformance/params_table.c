/*
 * The facts about parameters: defaults, ranges by kind, the rule of advanced ones, sets of values, texts of errors, values of sessions.
 */
#include "params.h"

enum { TEXT_ROOM = 1024, INVALID = JET_errInvalidParameter };

static int is_text(const struct param_row *row) { return row->type == TYPE_TEXT || row->type == TYPE_PATH; }
static JET_API_PTR largest(unsigned long long n) { return n > (JET_API_PTR)-1 ? (JET_API_PTR)-1 : (JET_API_PTR)n; }

static JET_API_PTR number_of(unsigned id)
{
    JET_API_PTR n = 0;
    if (JetGetSystemParameterA(0, 0, id, &n, NULL, 0) < 0)
        n = 0xBADBAD;
    return n;
}

static JET_ERR set_number(unsigned id, JET_API_PTR n) { return JetSetSystemParameterA(NULL, 0, id, n, NULL); }
static JET_ERR set_text(unsigned id, const char *text) { return JetSetSystemParameterA(NULL, 0, id, 0, text); }

void check_defaults(struct tally *t)
{
    for (unsigned x = 0; x < param_row_count; x++) {
        const struct param_row *row = &param_rows[x];
        char text[TEXT_ROOM] = "?";
        unsigned short wide[TEXT_ROOM] = {0};
        unsigned same = 1;
        JET_API_PTR n = 0;
        if (row->text != NULL) {
            JET_ERR err = JetGetSystemParameterA(0, 0, row->id, NULL, text, sizeof text);
            expect(t, err == 0 && strcmp(text, row->text) == 0, "%s: default \"%s\", expected \"%s\" (%d)", row->name, text, row->text, (int)err);
            err = JetGetSystemParameterW(0, 0, row->id, NULL, (void *)wide, sizeof wide);
            for (size_t k = 0; k <= strlen(row->text); k++)
                same &= wide[k] == (unsigned char)row->text[k];
            expect(t, err == 0 && same, "%s: the default in UTF-16 differs (%d)", row->name, (int)err);
            expect(t, JetGetSystemParameterA(0, 0, row->id, &n, NULL, 0) == INVALID, "%s: a text with nowhere to go", row->name);
            if (row->text[0] != '\0')
                expect(t, JetGetSystemParameterA(0, 0, row->id, NULL, text, 2) == JET_errBufferTooSmall, "%s: a text in 2 bytes", row->name);
        } else if (row->known) {
            JET_ERR err = JetGetSystemParameterA(0, 0, row->id, &n, NULL, 0);
            if (row->id == JET_paramEngineFormatVersion)        /* the special value is read as the level it stands for */
                expect(t, err == 0 && n >= 8400 && n <= 9600, "%s: level %llu", row->name, (unsigned long long)n);
            else
                expect(t, err == 0 && n == largest(row->number), "%s: default %llu, expected %llu (%d)", row->name, (unsigned long long)n, row->number, (int)err);
            expect(t, JetGetSystemParameterA(0, 0, row->id, NULL, text, sizeof text) == INVALID, "%s: a number with nowhere to go", row->name);
        }
    }
    expect(t, JetGetSystemParameterA(0, 0, 100000, NULL, NULL, 0) == INVALID, "a parameter out of range is read");
    expect(t, set_number(100000, 0) == INVALID, "a parameter out of range is set");
}

/* Texts: length in units at both ends and beyond. The path is absolute, so that its length is its own. */
static void check_text_range(const struct param_row *row, struct tally *t)
{
    char text[TEXT_ROOM + 300];
    size_t high = (size_t)row->high, low = (size_t)row->low;
    size_t folder = row->type == TYPE_PATH && row->id != JET_paramTempPath;     /* the separator is added to folders */
    memset(text, 'a', sizeof text);
    if (row->type == TYPE_PATH) {
#ifdef _WIN32
        memcpy(text, "C:\\", 3);
#else
        text[0] = '/';
#endif
    }
    if (row->id == JET_paramTableClassName || row->when == WHEN_NEVER)
        return;
    if (high > folder) {
        text[high - folder] = '\0';
        expect(t, set_text(row->id, text) == 0, "%s: %u characters are refused", row->name, (unsigned)(high - folder));
    }
    if (high > folder)
        text[high - folder] = 'a';
    text[high + 1] = '\0';
    expect(t, set_text(row->id, text) == INVALID, "%s: %u characters are taken", row->name, (unsigned)high + 1);
    if (low > 0) {
        text[low - 1] = '\0';
        expect(t, set_text(row->id, text) == INVALID, "%s: %u characters are taken", row->name, (unsigned)low - 1);
        expect(t, set_text(row->id, NULL) == INVALID, "%s: no text is taken", row->name);
    }
    if (row->type == TYPE_TEXT)
        expect(t, set_text(row->id, row->text) == 0, "%s: its default is refused", row->name);
}

static void check_number_range(const struct param_row *row, struct tally *t)
{
    JET_API_PTR low = largest(row->low), high = largest(row->high);
    int kept = row->id != JET_paramCachedClosedTables;  /* means something for an instance only */
    JET_ERR err;
    if (row->type == TYPE_BOOL && row->high != 1) {
        if (high == 0)
            return;
        expect(t, set_number(row->id, 77) == 0 && number_of(row->id) == 1, "%s: a number is not taken for true", row->name);
        expect(t, set_number(row->id, 0) == 0 && number_of(row->id) == 0, "%s: zero is not taken for false", row->name);
        expect(t, set_number(row->id, (JET_API_PTR)row->number) == 0, "%s: its default is refused", row->name);
        return;
    }
    err = set_number(row->id, low);
    expect(t, err == 0 && (!kept || number_of(row->id) == low), "%s: %llu, its least, is refused (%d)", row->name, (unsigned long long)low, (int)err);
    err = set_number(row->id, high);
    expect(t, err == 0 && (!kept || number_of(row->id) == high), "%s: %llu, its most, is refused (%d)", row->name, (unsigned long long)high, (int)err);
    if (low > 0)
        expect(t, set_number(row->id, low - 1) == INVALID, "%s: %llu is taken", row->name, (unsigned long long)(low - 1));
    if (high < (JET_API_PTR)-1 && kept)
        expect(t, set_number(row->id, high + 1) == INVALID, "%s: %llu is taken", row->name, (unsigned long long)(high + 1));
    if (row->type == TYPE_FLAGS && row->high != (JET_API_PTR)-1 && row->high < 64)
        for (unsigned bit = 0; bit < 32; bit++)
            expect(t, set_number(row->id, (JET_API_PTR)1 << bit) == ((row->high >> bit & 1) ? 0 : INVALID), "%s: bit %u", row->name, bit);
    if (row->type == TYPE_POWER)
        expect(t, set_number(row->id, low + low / 2) == INVALID, "%s: %llu is taken", row->name, (unsigned long long)(low + low / 2));
    expect(t, set_number(row->id, largest(row->number)) == 0, "%s: its default is refused", row->name);
}

void check_ranges(struct tally *t)
{
    for (unsigned x = 0; x < param_row_count; x++) {
        const struct param_row *row = &param_rows[x];
        if (is_text(row) && row->text != NULL)
            check_text_range(row, t);
        else if (row->known && row->when != WHEN_NEVER && row->type != TYPE_POINTER && row->id != JET_paramConfiguration &&
                 row->id != JET_paramEngineFormatVersion && row->id != JET_paramEnableAdvanced && row->high != row->low)
            check_number_range(row, t);
        else if (row->known && row->when == WHEN_NEVER && row->text == NULL)
            expect(t, set_number(row->id, largest(row->number) + 1) == INVALID, "%s: is set", row->name);
    }
}

void check_advanced(struct tally *t)
{
    unsigned advanced = 0, plain = 0;
    expect(t, set_number(JET_paramEnableAdvanced, 0) == 0 && number_of(JET_paramEnableAdvanced) == 0, "advanced parameters cannot be shut off");
    for (unsigned x = 0; x < param_row_count; x++) {
        const struct param_row *row = &param_rows[x];
        JET_API_PTR before, other;
        if (!row->known || row->text != NULL || row->when == WHEN_NEVER || row->type == TYPE_POINTER || row->type == TYPE_POWER ||
            row->id == JET_paramConfiguration || row->id == JET_paramEnableAdvanced || row->id == JET_paramEngineFormatVersion ||
            row->high == row->low)
            continue;
        before = number_of(row->id);
        other = before == largest(row->low) ? (row->type == TYPE_BOOL ? 1 : largest(row->high)) : largest(row->low);
        expect(t, set_number(row->id, other) == 0, "%s: a set is refused while advanced parameters are shut off", row->name);
        if (row->advanced) {
            expect(t, number_of(row->id) == before, "%s: is set while advanced parameters are shut off", row->name);
            advanced++;
        } else if (row->observed[0] == 0 && row->ignored[0] == 0) {
            expect(t, number_of(row->id) == other, "%s: is not set while advanced parameters are shut off", row->name);
            plain++;
        }
    }
    expect(t, advanced > 50 && plain > 10, "%u advanced, %u others", advanced, plain);
    expect(t, set_number(JET_paramEnableAdvanced, 1) == 0 && set_number(JET_paramMaxSessions, 17) == 0 && number_of(JET_paramMaxSessions) == 17,
           "advanced parameters cannot be opened again");
}

static void expect_set(struct tally *t, unsigned set, int small)
{
    for (unsigned x = 0; x < param_row_count; x++) {
        const struct param_row *row = &param_rows[x];
        unsigned long long wanted = small ? row->small : row->number;
        if (!row->known || row->text != NULL || row->type == TYPE_POINTER || row->id == JET_paramConfiguration || row->id == JET_paramEngineFormatVersion)
            continue;
        for (unsigned k = 0; k < param_override_count; k++)
            if (param_overrides[k].id == row->id && (param_overrides[k].set & set) != 0)
                wanted = param_overrides[k].value;
        expect(t, number_of(row->id) == largest(wanted), "%s: %llu in set %u, expected %llu", row->name, (unsigned long long)number_of(row->id), set, wanted);
    }
}

/* JET_paramConfiguration: 0 and 1 as ever, bits add to what is; the bit of the default takes back everything first. */
void check_sets(struct tally *t)
{
    static const unsigned bits[] = {2, 4, 8, 32, 128, 256};
    char text[TEXT_ROOM];
    expect(t, set_text(JET_paramBaseName, "abc") == 0 && set_number(JET_paramMaxSessions, 99) == 0, "a set before the first");
    expect(t, set_number(JET_paramConfiguration, 0) == 0 && number_of(JET_paramConfiguration) == 0, "set 0");
    expect_set(t, 0, 1);
    expect(t, JetGetSystemParameterA(0, 0, JET_paramBaseName, NULL, text, sizeof text) == 0 && strcmp(text, "edb") == 0, "set 0 leaves a name");
    expect(t, set_number(JET_paramConfiguration, 1) == 0 && number_of(JET_paramConfiguration) == 1, "set 1");
    expect_set(t, 0, 0);
    for (unsigned k = 0; k < sizeof bits / sizeof bits[0]; k++) {
        expect(t, set_number(JET_paramConfiguration, 1 | bits[k]) == 0 && number_of(JET_paramConfiguration) == (1 | bits[k]), "set %u", bits[k]);
        expect_set(t, bits[k], 0);
    }
    expect(t, set_number(JET_paramConfiguration, 1) == 0 && set_number(JET_paramConfiguration, 2) == 0, "set 2 after 1");
    expect(t, set_number(JET_paramConfiguration, 256) == 0 && number_of(JET_paramConfiguration) == (1 | 2 | 256), "sets do not add up");
    expect_set(t, 2 | 256, 0);
    expect(t, set_number(JET_paramConfiguration, 17) == 0, "set 17");
    expect_set(t, 0, 1);
    expect(t, set_number(JET_paramConfiguration, 2048) == INVALID, "an unknown set is taken");
}

void check_errors(struct tally *t)
{
    for (unsigned x = 0; x < error_row_count; x++) {
        char text[TEXT_ROOM] = "";
        JET_API_PTR code = (JET_API_PTR)error_rows[x].code;
        JET_ERR err = JetGetSystemParameterA(0, 0, JET_paramErrorToString, &code, text, sizeof text);
        const char *comma = strstr(text, ", ");
        int named = 0;
        for (unsigned k = 0; k < error_row_count && comma != NULL; k++)
            named |= error_rows[k].code == error_rows[x].code && strlen(error_rows[k].name) == (size_t)(comma - text) &&
                     strncmp(error_rows[k].name, text, (size_t)(comma - text)) == 0;
        expect(t, err == 0 && named && comma[2] != '\0', "%ld is \"%s\" (%d), expected %s", error_rows[x].code, text, (int)err, error_rows[x].name);
    }
    expect(t, JetGetSystemParameterA(0, 0, JET_paramErrorToString, NULL, NULL, 0) == INVALID, "an error without a code is described");
}

/* The value of a session lives beside that of its instance. */
void check_session(struct tally *t)
{
    JET_INSTANCE i = 0;
    JET_SESID a = 0, b = 0;
    JET_API_PTR n = 0;
    unsigned number = 0;
    expect(t, JetCreateInstanceA(&i, "inst") == 0 && JetSetSystemParameterA(&i, 0, JET_paramSystemPath, 0, "one/") == 0 &&
                  JetSetSystemParameterA(&i, 0, JET_paramLogFilePath, 0, "one/") == 0 && JetSetSystemParameterA(&i, 0, JET_paramTempPath, 0, "one/") == 0 &&
                  JetSetSystemParameterA(&i, 0, JET_paramLogFileSize, 128, NULL) == 0 && JetInit(&i) == 0, "no instance");
    expect(t, JetBeginSessionA(i, &a, NULL, NULL) == 0 && JetBeginSessionA(i, &b, NULL, NULL) == 0, "no sessions");
    expect(t, JetSetSystemParameterA(&i, a, JET_paramCommitDefault, JET_bitCommitLazyFlush, NULL) == 0, "the commit of a session");
    expect(t, JetGetSystemParameterA(i, a, JET_paramCommitDefault, &n, NULL, 0) == 0 && n == JET_bitCommitLazyFlush, "the commit of the session is %u", (unsigned)n);
    expect(t, JetGetSystemParameterA(i, b, JET_paramCommitDefault, &n, NULL, 0) == 0 && n == 0, "the commit of the other session is %u", (unsigned)n);
    expect(t, JetGetSystemParameterA(i, 0, JET_paramCommitDefault, &n, NULL, 0) == 0 && n == 0, "the commit of the instance is %u", (unsigned)n);
    expect(t, JetSetSystemParameterA(&i, (JET_SESID)4711, JET_paramCommitDefault, 0, NULL) == JET_errInvalidSesid, "a session that is none");
    number = JET_bitCommitLazyFlush;
    expect(t, JetSetSessionParameter(b, JET_sesparamCommitDefault, &number, sizeof number) == 0, "the commit by JetSetSessionParameter");
    number = 0;
    expect(t, JetGetSystemParameterA(i, b, JET_paramCommitDefault, &n, NULL, 0) == 0 && n == JET_bitCommitLazyFlush, "is not that of the session");
    expect(t, JetEndSession(a, 0) == 0 && JetEndSession(b, 0) == 0 && JetTerm(i) == 0, "no end");
}
