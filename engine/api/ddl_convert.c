#include "api/ddl_convert.h"

#include "api/param.h"

/* ---- columns ---- */

static bool type_is_text(JET_COLTYP type) { return type == JET_coltypText || type == JET_coltypLongText; }
static bool type_is_long(JET_COLTYP type) { return type == JET_coltypLongText || type == JET_coltypLongBinary; }
static bool type_varies(JET_COLTYP type) { return type == JET_coltypText || type == JET_coltypBinary; }

static uint32_t type_bytes(JET_COLTYP type)
{
    static const uint8_t sizes[JET_coltypMax] = {
        [JET_coltypBit] = 1, [JET_coltypUnsignedByte] = 1, [JET_coltypShort] = 2, [JET_coltypUnsignedShort] = 2, [JET_coltypLong] = 4,
        [JET_coltypUnsignedLong] = 4, [JET_coltypIEEESingle] = 4, [JET_coltypCurrency] = 8, [JET_coltypIEEEDouble] = 8,
        [JET_coltypDateTime] = 8, [JET_coltypLongLong] = 8, [JET_coltypUnsignedLongLong] = 8, [JET_coltypGUID] = 16};
    return type < JET_coltypMax ? sizes[type] : 0;
}

static ese_err check_counters(const struct column_args *args, bool tagged)
{
    ese_err err = 0;
    JET_GRBIT grbit = args->grbit;
    bool wide = args->type == JET_coltypLong || args->type == JET_coltypUnsignedLong || args->type == JET_coltypCurrency ||
                args->type == JET_coltypLongLong || args->type == JET_coltypUnsignedLongLong;
    if ((grbit & JET_bitColumnAutoincrement) != 0 && (!wide || tagged || (grbit & (JET_bitColumnVersion | JET_bitColumnEscrowUpdate)) != 0))
        FAIL(JET_errInvalidGrbit);
    if ((grbit & JET_bitColumnVersion) != 0 && (args->type != JET_coltypLong || tagged || (grbit & JET_bitColumnEscrowUpdate) != 0))
        FAIL(JET_errInvalidGrbit);
    if ((grbit & JET_bitColumnEscrowUpdate) != 0 &&
        ((args->type != JET_coltypLong && args->type != JET_coltypLongLong) || tagged || args->default_bytes == 0 || args->default_value == NULL ||
         (grbit & JET_bitColumnNotNULL) != 0))
        FAIL(JET_errInvalidGrbit);
    if ((grbit & (JET_bitColumnFinalize | JET_bitColumnDeleteOnZero)) != 0 && (grbit & JET_bitColumnEscrowUpdate) == 0)
        FAIL(JET_errInvalidGrbit);
done:
    return err;
}

static ese_err choose_place(const struct column_args *args, enum column_place *out)
{
    ese_err err = 0;
    JET_GRBIT grbit = args->grbit;
    bool tagged = (grbit & JET_bitColumnTagged) != 0 || type_is_long(args->type);
    if ((grbit & JET_bitColumnMultiValued) != 0 && !tagged)
        FAIL(JET_errMultiValuedColumnMustBeTagged);
    if ((grbit & JET_bitColumnFixed) != 0 && tagged)
        FAIL(JET_errInvalidGrbit);
    if (tagged && (grbit & JET_bitColumnNotNULL) != 0 && !type_is_long(args->type))
        FAIL(JET_errTaggedNotNULL);
    if (tagged && (grbit & JET_bitColumnNotNULL) != 0)
        FAIL(JET_errInvalidGrbit);
    if ((grbit & JET_bitColumnCompressed) != 0 && !type_is_long(args->type))
        FAIL(JET_errColumnCannotBeCompressed);
    TRY(check_counters(args, tagged));
    *out = tagged ? COLUMN_TAGGED : type_varies(args->type) && (grbit & JET_bitColumnFixed) == 0 ? COLUMN_VARIABLE : COLUMN_FIXED;
done:
    return err;
}

static uint32_t column_flags_of_grbit(JET_GRBIT grbit)
{
    static const struct { JET_GRBIT bit; uint32_t flag; } map[] = {
        {JET_bitColumnNotNULL, COLUMN_NOT_NULL}, {JET_bitColumnVersion, COLUMN_VERSION}, {JET_bitColumnAutoincrement, COLUMN_AUTOINCREMENT},
        {JET_bitColumnMultiValued, COLUMN_MULTI_VALUED}, {JET_bitColumnEscrowUpdate, COLUMN_ESCROW}, {JET_bitColumnFinalize, COLUMN_FINALIZE},
        {JET_bitColumnUserDefinedDefault, COLUMN_USER_DEFAULT}, {JET_bitColumnDeleteOnZero, COLUMN_DELETE_ON_ZERO},
        {JET_bitColumnCompressed, COLUMN_COMPRESSED}};
    uint32_t flags = 0;
    for (size_t i = 0; i < sizeof map / sizeof map[0]; i++)
        if (grbit & map[i].bit)
            flags |= map[i].flag;
    return flags;
}

static ese_err column_width(const struct column_args *args, enum column_place place, struct column_create *out, JET_ERR *warning)
{
    uint32_t bytes = type_bytes(args->type);
    if (bytes == 0)
        bytes = args->max_bytes;
    if (type_varies(args->type)) {
        if (bytes == 0)
            bytes = JET_cbColumnMost;
        if (bytes > JET_cbColumnMost) {
            bytes = JET_cbColumnMost;
            *warning = JET_wrnColumnMaxTruncated;
        }
    } else if (type_is_long(args->type) && bytes > JET_cbLVColumnMost) {
        bytes = JET_cbLVColumnMost;
    }
    (void)place;
    out->max_bytes = bytes;
    return 0;
}

static ese_err column_default(const struct column_args *args, struct column_create *out)
{
    ese_err err = 0;
    uint32_t fixed = type_bytes(args->type);
    out->default_value = BYTES_NONE;
    if (args->default_bytes == 0 || args->default_value == NULL || (args->grbit & JET_bitColumnUserDefinedDefault) != 0)
        goto done;
    if (args->default_bytes > JET_cbLVDefaultValueMost || (fixed != 0 && args->default_bytes > fixed) ||
        (type_varies(args->type) && args->default_bytes > out->max_bytes))
        FAIL(JET_errDefaultValueTooBig);
    if (fixed != 0 && args->default_bytes < fixed)
        FAIL(JET_errInvalidBufferSize);
    out->default_value = bytes_of(args->default_value, args->default_bytes);
done:
    return err;
}

/* The callback of a user-defined default is kept by name; programs of this engine cannot be loaded by name, so it is never called. */
static ese_err column_user_default(const struct column_args *args, struct arena *a, struct column_create *out)
{
    ese_err err = 0;
    const JET_USERDEFINEDDEFAULT_W *given = args->default_value;
    char *text;
    if ((args->grbit & JET_bitColumnUserDefinedDefault) == 0)
        goto done;
    if (given == NULL || args->default_bytes != sizeof *given || given->szCallback == NULL)
        FAIL(JET_errInvalidParameter);
    text = arena_take(a, NAME_BYTES_MAX * 2 + 1);
    if (text == NULL)
        FAIL(JET_errOutOfMemory);
    if (text_to_utf8(given->szCallback, text_length(given->szCallback), text, NAME_BYTES_MAX * 2 + 1) == SIZE_MAX)
        FAIL(JET_errInvalidParameter);
    out->callback = text;
done:
    return err;
}

ese_err column_convert(const struct column_args *args, struct arena *a, struct column_create *out, JET_ERR *warning)
{
    ese_err err = 0;
    char *name = arena_take(a, NAME_BYTES_MAX + 1);
    memset(out, 0, sizeof *out);
    *warning = 0;
    if (name == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(text_name(args->name, name, NAME_BYTES_MAX + 1));
    if (args->type == JET_coltypNil || args->type >= JET_coltypMax || args->type == JET_coltypSLV)
        FAIL(JET_errInvalidColumnType);
    if (type_is_text(args->type) && args->code_page != 0 && args->code_page != 1252 && args->code_page != 1200)
        FAIL(JET_errInvalidCodePage);
    out->name = name;
    out->type = (uint8_t)args->type;
    out->code_page = type_is_text(args->type) ? (uint16_t)(args->code_page != 0 ? args->code_page : 1252) : 0;
    TRY(choose_place(args, &out->place));
    TRY(column_width(args, out->place, out, warning));
    TRY(column_default(args, out));
    TRY(column_user_default(args, a, out));
    out->flags = column_flags_of_grbit(args->grbit);
    out->compressed = (args->grbit & JET_bitColumnCompressed) != 0;
done:
    return err;
}

JET_GRBIT column_grbit(const struct column_def *c, bool read_only)
{
    static const struct { uint32_t flag; JET_GRBIT bit; } map[] = {
        {COLUMN_NOT_NULL, JET_bitColumnNotNULL}, {COLUMN_VERSION, JET_bitColumnVersion}, {COLUMN_AUTOINCREMENT, JET_bitColumnAutoincrement},
        {COLUMN_MULTI_VALUED, JET_bitColumnMultiValued}, {COLUMN_ESCROW, JET_bitColumnEscrowUpdate}, {COLUMN_FINALIZE, JET_bitColumnFinalize},
        {COLUMN_USER_DEFAULT, JET_bitColumnUserDefinedDefault}, {COLUMN_DELETE_ON_ZERO, JET_bitColumnDeleteOnZero},
        {COLUMN_COMPRESSED, JET_bitColumnCompressed}};
    JET_GRBIT grbit = c->fid <= COLUMNS_FIXED_MAX ? JET_bitColumnFixed : c->fid >= 256 ? JET_bitColumnTagged : 0;
    for (size_t i = 0; i < sizeof map / sizeof map[0]; i++)
        if (c->flags & map[i].flag)
            grbit |= map[i].bit;
    if (!read_only)                                     /* of the database: version and autoincrement columns have it too */
        grbit |= JET_bitColumnUpdatable;
    return grbit;
}

/* ---- indexes ---- */

static ese_err read_v1(JET_INDEXCREATE_W *from, struct index_args *out)
{
    ese_err err = 0;
    const size_t old_size = sizeof(JET_INDEXCREATEOLD_W);
    if (from->cbStruct != sizeof *from && from->cbStruct != old_size)
        FAIL(JET_errInvalidParameter);
    *out = (struct index_args){.name = from->szIndexName, .key = from->szKey, .key_bytes = from->cbKey, .grbit = from->grbit,
                               .density = from->ulDensity, .conditions = from->rgconditionalcolumn,
                               .condition_count = from->cConditionalColumn, .err = &from->err};
    if ((from->grbit & JET_bitIndexUnicode) != 0) {
        if (from->pidxunicode == NULL)
            FAIL(JET_errIndexInvalidDef);
        out->lcid = from->pidxunicode->lcid;
        out->map_flags = from->pidxunicode->dwMapFlags;
        out->has_locale = true;
    } else if (from->lcid != 0) {
        out->lcid = from->lcid;
        out->has_locale = true;
    }
    if ((from->grbit & JET_bitIndexTupleLimits) != 0)
        out->tuples = from->ptuplelimits;
    else
        out->segment_max = from->cbVarSegMac;
    if (from->cbStruct == sizeof *from && (from->grbit & JET_bitIndexKeyMost) != 0)
        out->key_most = from->cbKeyMost;
done:
    return err;
}

static ese_err read_v2(JET_INDEXCREATE2_W *from, struct index_args *out)
{
    ese_err err = 0;
    if (from->cbStruct != sizeof *from)
        FAIL(JET_errInvalidParameter);
    *out = (struct index_args){.name = from->szIndexName, .key = from->szKey, .key_bytes = from->cbKey, .grbit = from->grbit,
                               .density = from->ulDensity, .conditions = from->rgconditionalcolumn,
                               .condition_count = from->cConditionalColumn, .err = &from->err};
    if (from->pSpacehints != NULL && from->pSpacehints->ulInitialDensity != 0)
        out->density = from->pSpacehints->ulInitialDensity;
    if ((from->grbit & JET_bitIndexUnicode) != 0) {
        if (from->pidxunicode == NULL)
            FAIL(JET_errIndexInvalidDef);
        out->lcid = from->pidxunicode->lcid;
        out->map_flags = from->pidxunicode->dwMapFlags;
        out->has_locale = true;
    } else if (from->lcid != 0) {
        out->lcid = from->lcid;
        out->has_locale = true;
    }
    if ((from->grbit & JET_bitIndexTupleLimits) != 0)
        out->tuples = from->ptuplelimits;
    else
        out->segment_max = from->cbVarSegMac;
    if ((from->grbit & JET_bitIndexKeyMost) != 0)
        out->key_most = from->cbKeyMost;
done:
    return err;
}

static ese_err read_v3(JET_INDEXCREATE3_W *from, struct index_args *out)
{
    ese_err err = 0;
    if (from->cbStruct != sizeof *from)
        FAIL(JET_errInvalidParameter);
    *out = (struct index_args){.name = from->szIndexName, .key = from->szKey, .key_bytes = from->cbKey, .grbit = from->grbit,
                               .density = from->ulDensity, .conditions = from->rgconditionalcolumn,
                               .condition_count = from->cConditionalColumn, .err = &from->err};
    if (from->pSpacehints != NULL && from->pSpacehints->ulInitialDensity != 0)
        out->density = from->pSpacehints->ulInitialDensity;
    if ((from->grbit & JET_bitIndexUnicode) != 0) {
        static const JET_WCHAR invariant[1] = {0};
        if (from->pidxunicode == NULL)
            FAIL(JET_errIndexInvalidDef);
        out->locale = from->pidxunicode->szLocaleName != NULL ? from->pidxunicode->szLocaleName : invariant;
        out->map_flags = from->pidxunicode->dwMapFlags;
        out->has_locale = true;
    }
    if ((from->grbit & JET_bitIndexTupleLimits) != 0)
        out->tuples = from->ptuplelimits;
    else
        out->segment_max = from->cbVarSegMac;
    if ((from->grbit & JET_bitIndexKeyMost) != 0)
        out->key_most = from->cbKeyMost;
done:
    return err;
}

ese_err index_read(void *at, enum index_version version, struct index_args *out)
{
    switch (version) {
    case INDEX_V1: return read_v1(at, out);
    case INDEX_V2: return read_v2(at, out);
    default: return read_v3(at, out);
    }
}

/* An array of the old struct is packed with the old size: the first element tells. */
size_t index_stride(const void *first, enum index_version version)
{
    uint32_t size;
    memcpy(&size, first, sizeof size);
    if (version == INDEX_V1)
        return size == sizeof(JET_INDEXCREATEOLD_W) ? sizeof(JET_INDEXCREATEOLD_W) : sizeof(JET_INDEXCREATE_W);
    return version == INDEX_V2 ? sizeof(JET_INDEXCREATE2_W) : sizeof(JET_INDEXCREATE3_W);
}

static uint32_t index_flags_of_grbit(JET_GRBIT grbit)
{
    uint32_t flags = INDEX_EXTENDED;
    if ((grbit & JET_bitIndexDisallowNull) != 0)
        flags |= INDEX_NO_NULL;
    else if ((grbit & JET_bitIndexIgnoreAnyNull) == 0)
        flags |= INDEX_ALLOW_SOME_NULLS | ((grbit & JET_bitIndexIgnoreFirstNull) == 0 ? INDEX_ALLOW_FIRST_NULL : 0u) |
                 ((grbit & (JET_bitIndexIgnoreNull | JET_bitIndexIgnoreFirstNull)) == 0 ? INDEX_ALLOW_ALL_NULLS : 0u);
    if ((grbit & JET_bitIndexPrimary) != 0)
        flags |= INDEX_PRIMARY | INDEX_UNIQUE;
    if ((grbit & JET_bitIndexUnique) != 0)
        flags |= INDEX_UNIQUE;
    if ((grbit & JET_bitIndexSortNullsHigh) != 0)
        flags |= INDEX_NULLS_HIGH;
    if ((grbit & JET_bitIndexCrossProduct) != 0)
        flags |= INDEX_CROSS_PRODUCT;
    if ((grbit & JET_bitIndexDisallowTruncation) != 0)
        flags |= INDEX_NO_TRUNCATION;
    if ((grbit & JET_bitIndexNestedTable) != 0)
        flags |= INDEX_NESTED;
    if ((grbit & JET_bitIndexDotNetGuid) != 0)
        flags |= INDEX_DOTNET_GUID;
    if ((grbit & (JET_bitIndexTuples | JET_bitIndexTupleLimits)) != 0)
        flags |= INDEX_TUPLES;
    return flags;
}

JET_GRBIT index_grbit(const struct index_def *i)
{
    JET_GRBIT grbit = 0;
    if (i->flags & INDEX_PRIMARY)
        grbit |= JET_bitIndexPrimary;
    if (i->flags & INDEX_UNIQUE)
        grbit |= JET_bitIndexUnique;
    if (i->flags & INDEX_NO_NULL)
        grbit |= JET_bitIndexDisallowNull;
    else {
        if ((i->flags & INDEX_ALLOW_ALL_NULLS) == 0)
            grbit |= JET_bitIndexIgnoreNull;
        if ((i->flags & INDEX_ALLOW_FIRST_NULL) == 0)
            grbit |= JET_bitIndexIgnoreFirstNull;
        if ((i->flags & INDEX_ALLOW_SOME_NULLS) == 0)
            grbit |= JET_bitIndexIgnoreAnyNull;
    }
    if (i->flags & INDEX_NULLS_HIGH)
        grbit |= JET_bitIndexSortNullsHigh;
    if (i->flags & INDEX_CROSS_PRODUCT)
        grbit |= JET_bitIndexCrossProduct;
    if (i->flags & INDEX_NO_TRUNCATION)
        grbit |= JET_bitIndexDisallowTruncation;
    if (i->flags & INDEX_NESTED)
        grbit |= JET_bitIndexNestedTable;
    if (i->flags & INDEX_DOTNET_GUID)
        grbit |= JET_bitIndexDotNetGuid;
    if (i->flags & INDEX_TUPLES)
        grbit |= JET_bitIndexTuples;
    if (i->flags & (INDEX_LOCALE_SET | INDEX_LOCALISED))
        grbit |= JET_bitIndexUnicode;
    return grbit;
}

/* "+a\0-b\0\0" in UTF-16 to the same in UTF-8; a key must have a sign before each name and end with an empty one. */
static ese_err convert_key(const struct index_args *args, struct arena *a, struct index_create *out)
{
    ese_err err = 0;
    size_t units = args->key_bytes / sizeof(JET_WCHAR), at = 0, used = 0;
    char *key;
    if (args->key == NULL || units < 2 || args->key_bytes > KEY_TEXT_BYTES_MAX)
        FAIL(JET_errIndexInvalidDef);
    key = arena_take(a, units * 3 + 2);
    if (key == NULL)
        FAIL(JET_errOutOfMemory);
    while (at < units && args->key[at] != 0) {
        size_t end = at;
        if (args->key[at] != '+' && args->key[at] != '-')
            FAIL(JET_errIndexInvalidDef);
        while (end < units && args->key[end] != 0)
            end++;
        if (end == units || end == at + 1)
            FAIL(JET_errIndexInvalidDef);
        used += text_to_utf8(args->key + at, end - at, key + used, units * 3 + 2 - used) + 1;
        at = end + 1;
    }
    if (at >= units || used == 0)
        FAIL(JET_errIndexInvalidDef);
    key[used++] = '\0';
    out->key = key;
    out->key_bytes = used;
    /* What follows the end of the list: language id, then the segment limit (both optional). */
    if (units >= at + 2 && !args->has_locale && args->key[at + 1] != 0) {
        out->collation.lcid = args->key[at + 1];
        out->has_collation = true;
    }
    if (units >= at + 3 && args->segment_max == 0)
        out->segment_max = args->key[at + 2];
done:
    return err;
}

static ese_err convert_locale(const struct index_args *args, const struct param_table *params, struct index_create *out)
{
    ese_err err = 0;
    struct collation *c = &out->collation;
    if (args->has_locale && args->locale != NULL) {
        if (text_to_utf8(args->locale, text_length(args->locale), c->locale, sizeof c->locale) == SIZE_MAX)
            FAIL(JET_errInvalidLanguageId);
        c->flags = args->map_flags;
    } else {
        uint32_t lcid = args->has_locale ? args->lcid : c->lcid;
        c->flags = args->map_flags;
        c->lcid = lcid != 0 ? lcid : params->unicode.lcid;
        if (!collate_name_of_lcid(c->lcid, c->locale))
            FAIL(JET_errInvalidLanguageId);
    }
    if (c->flags == 0)
        c->flags = params->unicode.dwMapFlags;
    out->has_collation = true;
    if (args->has_locale)
        out->flags |= INDEX_LOCALE_SET;
    TRY(collate_check(c));
done:
    return err;
}

static ese_err convert_conditions(const struct index_args *args, struct arena *a, struct index_create *out)
{
    ese_err err = 0;
    if (args->condition_count > KEY_SEGMENTS_MAX || (args->condition_count != 0 && args->conditions == NULL))
        FAIL(JET_errIndexInvalidDef);
    for (uint32_t i = 0; i < args->condition_count; i++) {
        const JET_CONDITIONALCOLUMN_W *from = &args->conditions[i];
        char *name = arena_take(a, NAME_BYTES_MAX + 1);
        if (name == NULL)
            FAIL(JET_errOutOfMemory);
        if (from->cbStruct != sizeof *from)
            FAIL(JET_errIndexInvalidDef);
        if (from->grbit != JET_bitIndexColumnMustBeNull && from->grbit != JET_bitIndexColumnMustBeNonNull)
            FAIL(JET_errInvalidGrbit);
        TRY(text_name(from->szColumnName, name, NAME_BYTES_MAX + 1));
        out->conditions[i].column = name;
        out->conditions[i].must_be_null = from->grbit == JET_bitIndexColumnMustBeNull;
    }
    out->condition_count = args->condition_count;
done:
    return err;
}

static ese_err convert_tuples(const struct index_args *args, const struct param_table *params, struct index_create *out)
{
    ese_err err = 0;
    if ((args->grbit & (JET_bitIndexTuples | JET_bitIndexTupleLimits)) == 0)
        goto done;
    out->tuple_min = (uint32_t)param_number(params, JET_paramIndexTuplesLengthMin);
    out->tuple_max = (uint32_t)param_number(params, JET_paramIndexTuplesLengthMax);
    out->tuple_to = (uint32_t)param_number(params, JET_paramIndexTuplesToIndexMax);
    out->tuple_step = (uint32_t)param_number(params, JET_paramIndexTupleIncrement);
    out->tuple_start = (uint32_t)param_number(params, JET_paramIndexTupleStart);
    if (args->tuples != NULL) {
        out->tuple_min = args->tuples->chLengthMin != 0 ? args->tuples->chLengthMin : out->tuple_min;
        out->tuple_max = args->tuples->chLengthMax != 0 ? args->tuples->chLengthMax : out->tuple_max;
        out->tuple_to = args->tuples->chToIndexMax != 0 ? args->tuples->chToIndexMax : out->tuple_to;
        out->tuple_step = args->tuples->cchIncrement != 0 ? args->tuples->cchIncrement : out->tuple_step;
        out->tuple_start = args->tuples->ichStart;
    }
    if (out->tuple_min < 2 || out->tuple_max > 255 || out->tuple_min > out->tuple_max || out->tuple_to == 0 || out->tuple_to > 32767 ||
        out->tuple_step > 32767 || out->tuple_start > 32767)
        FAIL(JET_errIndexTuplesInvalidLimits);
    if ((args->grbit & JET_bitIndexPrimary) != 0)
        FAIL(JET_errIndexTuplesSecondaryIndexOnly);
    if ((args->grbit & JET_bitIndexUnique) != 0)
        FAIL(JET_errIndexTuplesNonUniqueOnly);
done:
    return err;
}

static ese_err check_index_grbit(JET_GRBIT grbit)
{
    ese_err err = 0;
    if ((grbit & JET_bitIndexEmpty) != 0 && (grbit & JET_bitIndexIgnoreAnyNull) == 0)
        FAIL(JET_errInvalidGrbit);
    if ((grbit & JET_bitIndexPrimary) != 0 &&
        (grbit & (JET_bitIndexIgnoreNull | JET_bitIndexIgnoreAnyNull | JET_bitIndexIgnoreFirstNull | JET_bitIndexEmpty)) != 0)
        FAIL(JET_errInvalidGrbit);
    if ((grbit & JET_bitIndexCrossProduct) != 0 && (grbit & JET_bitIndexNestedTable) != 0)
        FAIL(JET_errInvalidGrbit);
done:
    return err;
}

ese_err index_convert(const struct index_args *args, const struct param_table *params, struct arena *a, struct index_create *out)
{
    ese_err err = 0;
    char *name = arena_take(a, NAME_BYTES_MAX + 1);
    memset(out, 0, sizeof *out);
    if (name == NULL)
        FAIL(JET_errOutOfMemory);
    TRY(text_name(args->name, name, NAME_BYTES_MAX + 1));
    out->name = name;
    if (args->density != 0 && (args->density < 20 || args->density > 100))
        FAIL(JET_errDensityInvalid);
    out->density = (uint8_t)args->density;
    TRY(check_index_grbit(args->grbit));
    out->flags = index_flags_of_grbit(args->grbit);
    TRY(convert_key(args, a, out));
    if (args->segment_max > UINT16_MAX || args->key_most > UINT16_MAX)
        FAIL(JET_errIndexInvalidDef);
    if (args->segment_max != 0)
        out->segment_max = (uint16_t)args->segment_max;
    out->key_most = (uint16_t)args->key_most;
    TRY(convert_locale(args, params, out));
    TRY(convert_tuples(args, params, out));
    TRY(convert_conditions(args, a, out));
done:
    return err;
}

/* ---- tables ---- */

uint32_t table_flags_of_grbit(JET_GRBIT grbit)
{
    uint32_t flags = 0;
    if (grbit & JET_bitTableCreateFixedDDL)
        flags |= TABLE_FIXED_DDL;
    if (grbit & JET_bitTableCreateTemplateTable)
        flags |= TABLE_TEMPLATE | TABLE_FIXED_DDL;
    if (grbit & JET_bitTableCreateNoFixedVarColumnsInDerivedTables)
        flags |= TABLE_NO_FIXED_VAR_IN_DERIVED;
    return flags;
}

JET_GRBIT table_grbit(uint32_t flags)
{
    JET_GRBIT grbit = 0;
    if (flags & TABLE_FIXED_DDL)
        grbit |= JET_bitTableCreateFixedDDL;
    if (flags & TABLE_TEMPLATE)
        grbit |= JET_bitTableCreateTemplateTable;
    if (flags & TABLE_NO_FIXED_VAR_IN_DERIVED)
        grbit |= JET_bitTableCreateNoFixedVarColumnsInDerivedTables;
    return grbit;
}
