/* Events of an instance: what kind each is, which ones its parameters let pass, and the system's log. */
#include "api/engine.h"

/* Both ends of the numbers that tell of what went as it should. */
static const struct { unsigned low, high; } information[] = {
    {100, 103}, {105, 106}, {200, 202}, {204, 205}, {210, 213}, {220, 221}, {223, 225}, {300, 302}, {325, 329}, {700, 704}, {706, 707}, {2001, 2001},
    {2003, 2003}, {2005, 2006}, {2008, 2010}};
static const unsigned warnings[] = {0, 216, 222, 227, 462, 520, 611};

static enum os_event_type type_of(unsigned id)
{
    for (size_t i = 0; i < sizeof information / sizeof information[0]; i++)
        if (id >= information[i].low && id <= information[i].high)
            return OS_EVENT_INFORMATION;
    for (size_t i = 0; i < sizeof warnings / sizeof warnings[0]; i++)
        if (id == warnings[i])
            return OS_EVENT_WARNING;
    return OS_EVENT_ERROR;
}

/* Level 0 is silence; below the highest one only what went wrong is told. */
void instance_event(struct inst *inst, unsigned id, const char *text)
{
    const struct api_instance *ai = inst->api;
    uint64_t level = param_number(&ai->params, JET_paramEventLoggingLevel);
    struct os_event event = {.type = type_of(id), .id = id, .source = param_text(&ai->params, JET_paramEventSource),
                             .instance = ai->display != NULL ? ai->display : ai->name != NULL ? ai->name : "", .text = text};
    if (level == JET_EventLoggingDisable)
        return;
    if (event.type == OS_EVENT_INFORMATION &&
        (level <= JET_EventLoggingLevelLow || param_number(&ai->params, JET_paramNoInformationEvent) != 0))
        return;
    os_event_write(&event);
}
