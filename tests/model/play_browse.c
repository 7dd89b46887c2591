/* Seeks, moves and ranges of a cursor that keeps its place between steps, over the primary and the tag index. */
#include "play_int.h"

#include <stdio.h>
#include <string.h>

enum { RANGE_STEPS = 25 };

static int compare_entries(const struct play_entry *a, const struct play_entry *b)
{
    return a->tag != b->tag ? (a->tag < b->tag ? -1 : 1) : a->key < b->key ? -1 : a->key > b->key;
}

bool play_entry_next(const struct play *p, int s, bool by_tag, const struct play_entry *from, int direction, struct play_entry *to)
{
    bool found = false;
    int32_t value;
    int first = !by_tag && from != NULL && direction > 0 ? from->key + 1 : 0, last = !by_tag && from != NULL && direction < 0 ? from->key : MODEL_ROWS;
    for (int n = first; n < last; n++) {
        int key = direction > 0 ? n : first + last - 1 - n;
        struct play_entry e = {0, key};
        if (!model_value(&p->model, s, (unsigned)key, &value))
            continue;
        if (by_tag)
            e.tag = play_tag_of(value);
        if (from != NULL && compare_entries(&e, from) * direction <= 0)
            continue;
        if (!found || compare_entries(&e, to) * direction < 0)
            *to = e;
        found = true;
        if (!by_tag)
            break;
    }
    return found;
}

/* The cursor must stand on this entry. */
static int compare_place(struct play *p, int s, const char *what, const struct play_entry *want)
{
    const struct play_session *q = &p->sessions[s];
    struct model_state state = model_view(&p->model, s, (unsigned)want->key);
    int32_t id = -1;
    JET_UINT32 size = 0;
    int err = JetRetrieveColumn(q->s, q->browser, p->c.id, &id, sizeof id, &size, 0, NULL);
    if (err < 0 && p->disk_failed)
        return 0;
    if (err != 0 || id != want->key)
        return play_different(p, what, s, want->key, err != 0 ? err : id, want->key);
    return play_compare_row(p, s, q->browser, want->key, &state) && !p->disk_failed ? DIFFERENT : 0;
}

static int use_index(struct play *p, int s, bool by_tag)
{
    const struct play_session *q = &p->sessions[s];
    return play_expect(p, "current index", s, -1, JetSetCurrentIndexA(q->s, q->browser, by_tag ? "by_tag" : NULL), 0);
}

static int make_key(struct play *p, int s, bool by_tag, const struct play_entry *e)
{
    const struct play_session *q = &p->sessions[s];
    char tag[16];
    int32_t id = e->key;
    snprintf(tag, sizeof tag, "tag%03d", e->tag);
    return play_expect(p, "make key", s, e->key,
                       by_tag ? JetMakeKey(q->s, q->browser, tag, (JET_UINT32)strlen(tag), JET_bitNewKey)
                              : JetMakeKey(q->s, q->browser, &id, sizeof id, JET_bitNewKey), 0);
}

/* The first or last entry with the key of e, or of those before or after it, as the kind of seek wants. */
static bool seek_in_model(const struct play *p, int s, bool by_tag, const struct play_entry *e, JET_GRBIT how, struct play_entry *to, bool *equal)
{
    struct play_entry below = {e->tag, -1}, above = {e->tag, MODEL_ROWS};
    bool found;
    if (!by_tag) {
        below = (struct play_entry){0, e->key - 1};
        above = (struct play_entry){0, e->key + 1};
    }
    *equal = false;
    if (how == JET_bitSeekGT)
        return play_entry_next(p, s, by_tag, by_tag ? &above : e, 1, to);
    if (how == JET_bitSeekLT)
        return play_entry_next(p, s, by_tag, by_tag ? &below : e, -1, to);
    found = play_entry_next(p, s, by_tag, &below, 1, to);
    *equal = found && (by_tag ? to->tag == e->tag : to->key == e->key);
    if (how == JET_bitSeekEQ)
        return *equal;
    if (how == JET_bitSeekLE)
        return play_entry_next(p, s, by_tag, &above, -1, to);
    return found;
}

int play_seek(struct play *p, const struct step *step)
{
    static const JET_GRBIT hows[5] = {JET_bitSeekEQ, JET_bitSeekLT, JET_bitSeekLE, JET_bitSeekGE, JET_bitSeekGT};
    int s = step->session, err, want;
    struct play_session *q = &p->sessions[s];
    bool by_tag = step->arg % 2 != 0, found, equal;
    JET_GRBIT how = hows[step->arg / 2 % 5];
    struct play_entry e = {by_tag ? (int)(step->arg / 10 % PLAY_TAGS) : 0, step->key}, to = {0};
    if (use_index(p, s, by_tag) || make_key(p, s, by_tag, &e))
        return DIFFERENT;
    found = seek_in_model(p, s, by_tag, &e, how, &to, &equal);
    want = !found ? JET_errRecordNotFound : !equal && (how == JET_bitSeekLE || how == JET_bitSeekGE) ? JET_wrnSeekNotEqual : 0;
    err = JetSeek(q->s, q->browser, how);
    q->place = (struct play_place){PLAY_NOWHERE, by_tag, to, p->model.sessions[s].level};
    if (play_expect(p, "seek", s, step->key, err, want) || err < 0)
        return err < 0 && (p->disk_failed || want == err) ? 0 : DIFFERENT;
    q->place.where = PLAY_AT;
    return compare_place(p, s, "seek", &to);
}

int play_move(struct play *p, const struct step *step)
{
    static const JET_INT32 rows[6] = {JET_MoveFirst, JET_MoveLast, 1, -1, 3, -2};
    int s = step->session, err;
    struct play_session *q = &p->sessions[s];
    JET_INT32 by = rows[step->arg % 8 < 6 ? step->arg % 8 : 2];
    int direction = by == JET_MoveFirst || (by > 0 && by != JET_MoveLast) ? 1 : -1;
    unsigned count = by == JET_MoveFirst || by == JET_MoveLast ? 1 : (unsigned)(by * direction);
    bool from_end = by == JET_MoveFirst || by == JET_MoveLast, found = true;
    struct play_entry at = q->place.entry;
    if (q->place.where == PLAY_NOWHERE && !from_end) {
        p->skipped++;
        return 0;
    }
    if (!from_end && q->place.where == PLAY_BEFORE)
        found = direction > 0, from_end = true;
    else if (!from_end && q->place.where == PLAY_AFTER)
        found = direction < 0, from_end = true;
    for (unsigned n = 0; n < count && found; n++, from_end = false) {
        struct play_entry from = at;
        found = play_entry_next(p, s, q->place.by_tag, from_end ? NULL : &from, direction, &at);
    }
    err = JetMove(q->s, q->browser, by, 0);
    q->place.level = p->model.sessions[s].level;
    if (play_expect(p, "move", s, at.key, err, found ? 0 : JET_errNoCurrentRecord) || (err < 0 && found)) {
        q->place.where = PLAY_NOWHERE;
        return err < 0 && p->disk_failed ? 0 : DIFFERENT;
    }
    q->place.entry = at;
    q->place.where = found ? PLAY_AT : (by == JET_MoveFirst ? PLAY_BEFORE : by == JET_MoveLast || direction > 0 ? PLAY_AFTER : PLAY_BEFORE);
    return found ? compare_place(p, s, "move", &at) : 0;
}

/* Is the entry still inside a range that ends at limit? */
static bool inside(bool by_tag, const struct play_entry *e, const struct play_entry *limit, int direction, bool inclusive)
{
    int order = by_tag ? e->tag - limit->tag : e->key - limit->key;
    return order * direction < 0 || (order == 0 && inclusive);
}

int play_range(struct play *p, const struct step *step)
{
    int s = step->session, err, direction = step->arg % 4 < 2 ? 1 : -1;
    struct play_session *q = &p->sessions[s];
    bool by_tag = step->arg % 2 != 0, inclusive = step->arg / 4 % 2 != 0, found, equal;
    struct play_entry from = {by_tag ? (int)(step->arg / 8 % PLAY_TAGS) : 0, step->key}, limit, at = {0};
    limit = (struct play_entry){from.tag + (by_tag ? direction * (int)(step->arg / 300 % 4) : 0), from.key + direction * (int)(step->arg / 300 % 30)};
    if (limit.tag < 0 || limit.tag >= PLAY_TAGS || limit.key < 0)
        limit = from;
    if (use_index(p, s, by_tag) || make_key(p, s, by_tag, &from))
        return DIFFERENT;
    q->place = (struct play_place){.by_tag = by_tag};
    found = seek_in_model(p, s, by_tag, &from, direction > 0 ? JET_bitSeekGE : JET_bitSeekLE, &at, &equal);
    err = JetSeek(q->s, q->browser, direction > 0 ? JET_bitSeekGE : JET_bitSeekLE);
    if (play_expect(p, "start of a range", s, step->key, err, !found ? JET_errRecordNotFound : equal ? 0 : JET_wrnSeekNotEqual))
        return DIFFERENT;
    if (err < 0)
        return 0;
    if (make_key(p, s, by_tag, &limit))
        return DIFFERENT;
    err = JetSetIndexRange(q->s, q->browser, (direction > 0 ? JET_bitRangeUpperLimit : 0) | (inclusive ? JET_bitRangeInclusive : 0));
    for (unsigned n = 0; n < RANGE_STEPS; n++) {
        found = found && inside(by_tag, &at, &limit, direction, inclusive);
        if (play_expect(p, "range", s, at.key, err, found ? 0 : JET_errNoCurrentRecord))
            return DIFFERENT;
        if (err < 0)
            break;
        if (compare_place(p, s, "range", &at))
            return DIFFERENT;
        from = at;
        found = play_entry_next(p, s, by_tag, &from, direction, &at);
        err = JetMove(q->s, q->browser, direction, 0);
    }
    return 0;
}
