#include "format/compress.h"
#include "format/log_records.h"
#include "format/page_int.h"

/*
 * A dehydrated page lacks the free bytes between its nodes and its tags; the free byte count in it is lowered by what is
 * missing, so that it is a well-formed page of its own size (log-format.md 6.5).
 */
static size_t dehydrate(struct page p, uint8_t *to)
{
    unsigned used = header_bytes(p) + unused_from(p), tags = TAG_BYTES * tag_count(p), missing = p.size - used - tags;
    struct page_header *h = (struct page_header *)to;

    memcpy(to, p.at, used);
    memcpy(to + used, p.at + p.size - tags, tags);
    le16_set(&h->free_bytes, (uint16_t)(page_free_bytes(p) - missing));
    return used + tags;
}

/* Not packed further: Xpress would save the log a few KiB a split at several times the price of the split. Images that others
 * packed are read all the same. */
size_t lr_image_make(const uint8_t *page, size_t page_size, uint8_t *to, size_t room, uint32_t *image_flags)
{
    struct page p;
    size_t size;

    memcpy(&p.at, &page, sizeof p.at);                  /* read only here: the accessors want a page by value */
    p.size = (uint32_t)page_size;
    size = page_size - page_gap(p);
    if (size > room)
        return 0;
    dehydrate(p, to);
    *image_flags = IMAGE_DEHYDRATED;
    return size;
}

/* Undo dehydrate in place: size bytes of image at the start of the page buffer. */
static ese_err rehydrate(struct page p, size_t size)
{
    ese_err err = JET_errSuccess;
    unsigned tags, missing = p.size - (unsigned)size;

    if (size < header_bytes(p) + TAG_BYTES)
        FAIL(JET_errLogFileCorrupt);
    tags = TAG_BYTES * tag_count(p);
    if (tags == 0 || tags > size - header_bytes(p) || page_free_bytes(p) + missing >= p.size)
        FAIL(JET_errLogFileCorrupt);
    memmove(p.at + p.size - tags, p.at + size - tags, tags);
    if (missing != 0)
        memset(p.at + size - tags, 0, missing);
    le16_set(&header_of(p)->free_bytes, (uint16_t)(page_free_bytes(p) + missing));
done:
    return err;
}

ese_err lr_image_restore(struct bytes image, uint32_t image_flags, uint8_t *page, size_t page_size)
{
    ese_err err = JET_errSuccess;
    struct page p = {page, (uint32_t)page_size};
    size_t size = image.size;

    if ((image_flags & ~(uint32_t)(IMAGE_DEHYDRATED | IMAGE_XPRESS)) != 0)
        FAIL(JET_errLogFileCorrupt);
    if ((image_flags & IMAGE_XPRESS) != 0) {
        if (decompress_value(image, page, page_size, &size) < 0)
            FAIL(JET_errLogFileCorrupt);
    } else if (size <= page_size && size != 0) {
        memcpy(page, image.data, size);
    }
    if (size > page_size || size == 0)
        FAIL(JET_errLogFileCorrupt);
    if ((image_flags & IMAGE_DEHYDRATED) != 0)
        TRY(rehydrate(p, size));
    else if (size != page_size)
        FAIL(JET_errLogFileCorrupt);
    TRY(page_check(p, NULL) < 0 ? err_raise(JET_errLogFileCorrupt, __func__, __LINE__) : JET_errSuccess);
done:
    return err;
}
