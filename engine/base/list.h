/*
 * list.h - intrusive doubly linked ring.
 *
 * OWNS        nothing: links live inside the objects.
 * GIVES       struct list: a head or a link; an empty head points to itself.
 * INVARIANTS  L1  list_remove leaves the link self-linked, so removing twice is harmless.
 * CALLERS     everyone.
 * TESTS       unit/test_base.c
 */
#ifndef ESE_BASE_LIST_H
#define ESE_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {
    struct list *next, *prev;
};

#define LIST_ENTRY(link, type, member) ((type *)(void *)((char *)(link) - offsetof(type, member)))
#define LIST_EACH(it, head) for (struct list *it = (head)->next; it != (head); it = it->next)
#define LIST_EACH_SAFE(it, head)                                                                                       \
    for (struct list *it = (head)->next, *it##_next = it->next; it != (head); it = it##_next, it##_next = it->next)

static inline void list_init(struct list *head) { head->next = head->prev = head; }
static inline bool list_empty(const struct list *head) { return head->next == head; }

static inline void list_insert_before(struct list *at, struct list *link)
{
    link->prev = at->prev;
    link->next = at;
    at->prev->next = link;
    at->prev = link;
}

static inline void list_append(struct list *head, struct list *link) { list_insert_before(head, link); }
static inline void list_prepend(struct list *head, struct list *link) { list_insert_before(head->next, link); }

/* All of from, in order, to the end of head; from is empty afterwards. */
static inline void list_splice(struct list *head, struct list *from)
{
    if (list_empty(from))
        return;
    from->next->prev = head->prev;
    head->prev->next = from->next;
    from->prev->next = head;
    head->prev = from->prev;
    list_init(from);
}

static inline void list_remove(struct list *link)
{
    link->prev->next = link->next;
    link->next->prev = link->prev;
    link->next = link->prev = link;
}

#endif
