/* JET_paramConfiguration: whole sets of values at once. */
#include "api/param.h"

enum set_unit { PLAIN, BYTES, PERCENT };

static const struct set_value { uint32_t set, id; uint64_t value; enum set_unit unit; } values[] = {
#define S(set, id, value, unit) {(set), (id), (value), (unit)},
#include "api/param_sets.inc"
#undef S
};

enum { VALUES = sizeof values / sizeof values[0], CACHE_SMALL = 100, LOG_KIB_LEAST = 64, PAGE_LARGEST = 32768 };

/* Global values are not touched through an instance. */
static struct param_table *home_of(const struct param_site *site, uint32_t id)
{
    if (param_describe(id)->scope == PARAM_PER_INSTANCE)
        return site->table;
    return site->instance_addressed ? NULL : site->global;
}

static uint64_t in_units(const struct param_site *site, const struct set_value *v)
{
    uint64_t page = param_number(site->global, JET_paramDatabasePageSize), most = param_number(site->global, JET_paramCacheSizeMax);
    uint64_t floor = v->id == JET_paramStartFlushThreshold ? 1 : 2, part = most * v->value / 100;
    if (v->unit == BYTES)
        return v->value / page;
    if (v->unit == PERCENT)
        return most <= CACHE_SMALL && part < floor ? floor : part;
    return v->id == JET_paramLogFileSize && page == PAGE_LARGEST && v->value == LOG_KIB_LEAST ? 2 * v->value : v->value;
}

static void apply_set(const struct param_site *site, uint32_t set)
{
    for (size_t i = 0; i < VALUES; i++) {
        struct param_table *t = home_of(site, values[i].id);
        if (values[i].set == set && t != NULL)
            param_reset(t, values[i].id, in_units(site, &values[i]));
    }
}

static void apply_defaults(const struct param_site *site)
{
    for (uint32_t id = 0; id < PARAM_COUNT; id++) {
        const struct param_description *d = param_describe(id);
        struct param_table *t = d != NULL && id != JET_paramConfiguration ? home_of(site, id) : NULL;
        if (t != NULL && d->kind != PARAM_COMPUTED)
            param_reset(t, id, param_default(id));
    }
}

/* In the order of the original: what comes later wins. */
void param_choose_set(const struct param_site *site, uint32_t chosen)
{
    static const uint32_t order[] = {
        JET_configLowDiskFootprint, JET_configMediumDiskFootprint, JET_configLowMemory, JET_configDynamicMediumMemory, JET_configSSDProfileIO,
        JET_configRemoveQuotas, JET_configRunSilent};
    struct param_value *own = &site->table->values[JET_paramConfiguration];
    uint32_t before = (uint32_t)own->number;
    if (chosen == 0 || (chosen & JET_configDefault) != 0)
        apply_defaults(site);
    if (chosen == 0)
        apply_set(site, 0);
    for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
        if ((chosen & order[i]) != 0)
            apply_set(site, order[i] == JET_configLowMemory ? 0 : order[i]);
    own->number = chosen == 0 || (chosen & JET_configDefault) != 0 ? chosen : before | chosen;
    own->written = true;
}
