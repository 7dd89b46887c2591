#include "format/compress.h"

#include "base/alloc.h"

enum scheme { SCHEME_ASCII = 1, SCHEME_UNICODE = 2, SCHEME_XPRESS = 3 };

enum {
    XPRESS_VALUE_MIN = 1024,                            /* smaller values are not worth a dictionary search */
    XPRESS_VALUE_MAX = 0xFFFF,
    XPRESS_HEAD = 3,                                    /* scheme byte and u16 size */
    XPRESS_HASH_SIZE = 1 << 15,
    XPRESS_CANDIDATES = 9,                              /* how many chain entries one search looks at */
    XPRESS_DISTANCE_MAX = 8191,
    XPRESS_MATCH_MIN = 3,
    XPRESS_TAIL = 8                                     /* the last bytes are always literals */
};

/* Mixing table of the dictionary's hash. The values decide which of several equal matches is found first, and so the bytes of the
 * blob: they are those of the original's encoder. */
static const uint16_t xpress_mix[3][256] = {
    {
        17066, 7070, 25089, 29159, 30610, 22974, 3865, 9558, 14803, 16370, 12791, 20940, 9698, 26079, 12043, 4293,
        17600, 15032, 32750, 27172, 12852, 15712, 24205, 20936, 28876, 8586, 30932, 19936, 26885, 12904, 29123, 10327,
        27178, 26212, 21014, 17572, 30800, 10597, 20506, 31450, 5545, 29270, 10615, 3151, 22762, 19721, 2456, 21240,
        8954, 28683, 16049, 21815, 24547, 28018, 18120, 7192, 31042, 3001, 9244, 11598, 31176, 28740, 12547, 31034,
        15893, 14232, 4112, 20424, 27419, 25327, 2027, 26793, 15500, 22365, 10131, 16483, 25367, 17707, 23740, 3935,
        17719, 6369, 31779, 6213, 22834, 30165, 16505, 6027, 31678, 18527, 412, 11813, 8760, 15731, 1232, 6038,
        12806, 1416, 16751, 21430, 30615, 7532, 21752, 30944, 24057, 8487, 17704, 24678, 23555, 2178, 2955, 25193,
        21267, 9880, 12039, 22914, 24280, 4404, 4103, 1052, 10285, 32208, 3100, 5594, 633, 16997, 18923, 25382,
        13312, 25996, 5666, 14890, 1078, 27681, 29895, 26797, 13034, 15937, 5103, 27869, 4544, 10957, 9305, 2041,
        941, 19322, 19771, 20508, 24107, 4105, 969, 21629, 21818, 2269, 31038, 13939, 14900, 9832, 20441, 12126,
        16219, 27780, 3505, 2028, 20148, 10978, 13727, 16602, 24705, 176, 5291, 18372, 13431, 2531, 3547, 8169,
        28047, 31332, 28709, 20619, 162, 25381, 568, 68, 9674, 99, 12864, 21153, 8113, 8764, 9091, 20163,
        13194, 21776, 11537, 24415, 19987, 24868, 17571, 25916, 1696, 2142, 17267, 27691, 13029, 13748, 13317, 5023,
        16815, 10379, 32233, 17003, 1505, 12353, 20399, 3741, 12892, 2436, 15730, 19634, 14796, 2982, 688, 2585,
        30263, 15709, 10025, 16944, 7250, 9441, 32323, 12963, 12437, 8798, 28491, 16500, 2939, 4267, 16670, 31694,
        8295, 3706, 30872, 23257, 28980, 14864, 27449, 24587, 24134, 13245, 20127, 18389, 3371, 26628, 4369, 1868,
    },
    {
        8751, 15973, 28545, 22415, 15155, 13069, 11826, 19914, 6361, 32439, 5700, 8346, 12133, 9843, 19307, 24551,
        21206, 18671, 19629, 9916, 11937, 28587, 223, 30663, 31903, 16447, 12910, 16349, 14736, 30284, 7986, 11995,
        25900, 9951, 10562, 30679, 15598, 32079, 1154, 17090, 30405, 22699, 10061, 1753, 728, 10618, 28998, 22061,
        7357, 23630, 923, 29523, 31004, 11084, 28189, 5113, 17499, 14611, 4422, 21814, 7148, 30045, 32554, 32532,
        30949, 28239, 10034, 2467, 11761, 2323, 2010, 926, 5214, 18345, 15265, 28686, 18140, 8720, 30621, 14129,
        1196, 4796, 11474, 12666, 25281, 27773, 31687, 4442, 30472, 22207, 6638, 23667, 16598, 16112, 13951, 7550,
        10926, 2282, 24510, 2888, 25693, 32368, 11790, 32239, 4043, 20357, 27336, 12439, 19747, 17328, 22396, 17181,
        1270, 21693, 5026, 24930, 7063, 1072, 4136, 13675, 14132, 15781, 15309, 11179, 23165, 18721, 31261, 21671,
        18277, 17732, 1193, 3651, 17942, 1783, 9652, 25001, 6242, 14545, 4935, 9055, 7183, 10519, 5444, 20319,
        27059, 6812, 25354, 20182, 30894, 13009, 17856, 10082, 11382, 19889, 11471, 21055, 14258, 7472, 20506, 13669,
        18449, 18953, 2982, 18075, 32196, 17961, 30050, 32002, 31708, 21296, 3569, 24476, 31585, 9918, 20648, 1354,
        32439, 14559, 32355, 20157, 2111, 357, 2186, 31436, 8373, 31210, 5588, 10013, 15898, 19138, 14954, 23900,
        28649, 25309, 1683, 22329, 26029, 22357, 32408, 6768, 24840, 10311, 9454, 25875, 14748, 26370, 1377, 1584,
        15318, 18402, 2211, 20466, 27888, 27444, 12351, 3580, 3707, 21541, 24258, 5071, 23733, 31024, 6798, 12112,
        2242, 8220, 18613, 24051, 29078, 22854, 20417, 14710, 15163, 16266, 27699, 8556, 9322, 30408, 32364, 5417,
        4445, 7518, 23412, 3378, 1577, 14367, 115, 2658, 137, 5290, 4193, 20844, 31100, 8989, 25310, 8566,
    },
    {
        10628, 20639, 22630, 30959, 24356, 15822, 22389, 18303, 10176, 9842, 282, 28718, 23263, 719, 10147, 23223,
        2333, 13158, 6108, 11036, 32073, 4416, 23202, 29107, 25369, 20883, 27179, 20156, 19270, 11645, 13350, 28313,
        11684, 7255, 11856, 10692, 4127, 19724, 26521, 15086, 9023, 5469, 18656, 13290, 18359, 17467, 15335, 10317,
        12199, 1769, 24178, 23559, 16350, 9614, 3113, 1210, 1654, 12372, 12044, 24054, 9401, 1873, 7623, 14724,
        10926, 7084, 32272, 30293, 14818, 10119, 18118, 1655, 28045, 8601, 9675, 11162, 14180, 12954, 30768, 28146,
        14707, 1620, 1081, 27245, 29198, 30225, 11701, 16008, 4473, 27215, 20353, 29771, 21089, 22025, 228, 22683,
        11777, 190, 24683, 12955, 999, 3321, 19654, 15108, 19052, 15072, 16034, 11382, 14034, 32644, 28643, 23608,
        3428, 21518, 7996, 32338, 12906, 16414, 6589, 16711, 26614, 6364, 15771, 31174, 15955, 26670, 13346, 10578,
        17583, 1648, 20187, 11750, 27701, 17240, 16006, 21238, 8117, 21274, 9153, 17212, 9534, 760, 2424, 32311,
        28293, 27392, 22415, 4212, 13995, 9116, 18577, 27470, 21437, 605, 9752, 6687, 24460, 30072, 5135, 2070,
        26894, 17533, 21898, 8659, 29344, 3298, 18153, 28374, 21908, 14046, 14497, 9265, 701, 5572, 12836, 15812,
        20454, 27675, 10543, 27016, 3175, 25209, 15263, 5726, 31932, 26550, 177, 11800, 1564, 15238, 9864, 21675,
        28287, 24901, 19226, 28267, 23937, 7543, 7279, 26226, 19592, 7051, 16905, 6419, 25381, 20911, 689, 16973,
        15759, 10183, 4035, 12023, 19134, 28967, 15556, 1561, 27235, 31855, 654, 18854, 10975, 16431, 9483, 31717,
        19344, 19592, 17286, 29880, 19682, 20809, 10721, 18992, 7458, 31813, 26004, 9250, 26343, 6705, 8824, 17350,
        24078, 15090, 7642, 24837, 11222, 27135, 27071, 10740, 147, 32304, 28602, 22088, 23337, 28747, 17448, 7461,
    },
};

/* ---- seven bits ---- */

static size_t seven_bit_size(size_t units)
{
    return (units * 7 + 7) / 8 + 1;
}

/* Units are every step-th byte of the value. k, the bits used in the last byte less one, goes into the scheme byte. */
static size_t seven_bit_pack(struct bytes value, size_t step, enum scheme scheme, uint8_t *to, size_t room)
{
    size_t units = value.size / step;
    size_t size = seven_bit_size(units);
    size_t at = 1;
    uint32_t held = 0;
    unsigned bits = 0;

    if (size > room)
        return 0;
    for (size_t i = 0; i < units; i++) {
        held |= (uint32_t)value.data[i * step] << bits;
        bits += 7;
        if (bits >= 8) {
            to[at++] = (uint8_t)held;
            held >>= 8;
            bits -= 8;
        }
    }
    if (bits != 0)
        to[at] = (uint8_t)held;
    to[0] = (uint8_t)((unsigned)scheme << 3 | ((bits != 0 ? bits : 8) - 1));
    return size;
}

static size_t seven_bit_units(struct bytes blob)
{
    return blob.size < 2 ? 0 : (8 * (blob.size - 2) + (blob.data[0] & 7u) + 1) / 7;
}

static void seven_bit_unpack(struct bytes blob, size_t step, uint8_t *to, size_t room)
{
    size_t units = seven_bit_units(blob);
    size_t from = 1;
    uint32_t held = 0;
    unsigned bits = 0;

    for (size_t i = 0; i < units && i * step < room; i++) {
        if (bits < 7) {
            held |= (uint32_t)blob.data[from++] << bits;
            bits += 8;
        }
        to[i * step] = (uint8_t)(held & 0x7F);
        held >>= 7;
        bits -= 7;
        if (step == 2 && i * step + 1 < room)
            to[i * step + 1] = 0;
    }
}

/* Which seven-bit scheme the contents allow; 0 for none. */
static enum scheme seven_bit_scheme(struct bytes value)
{
    bool unicode = value.size % 2 == 0;
    for (size_t i = 0; i < value.size; i++) {
        if (value.data[i] >= 0x80)
            return (enum scheme)0;
        if (i % 2 == 1 && value.data[i] != 0)
            unicode = false;
    }
    return unicode ? SCHEME_UNICODE : SCHEME_ASCII;
}

/* ---- Xpress (MS-XCA 2.4, plain LZ77) ---- */

struct xpress_dictionary {
    uint16_t newest[XPRESS_HASH_SIZE];                  /* while chaining: last position of each hash, 0 = none */
    uint16_t older[];                                   /* previous position with the same hash, 0 = none; one for each byte */
};

static void xpress_chain(struct xpress_dictionary *d, struct bytes value)
{
    size_t last = value.size - (XPRESS_MATCH_MIN - 1);
    for (size_t i = 0; i < last; i++) {
        const uint8_t *b = value.data + i;
        unsigned hash = xpress_mix[0][b[0]] ^ xpress_mix[1][b[1]] ^ xpress_mix[2][b[2]];
        d->older[i] = d->newest[hash];
        d->newest[hash] = (uint16_t)i;
    }
    for (size_t i = last; i < value.size; i++)
        d->older[i] = 0;
}

/* First candidate on the chain of position at whose second and third byte fit; only that one is tried. The chain ends with
 * position 0, whatever its hash, and then with at itself. Returns the match length, 0 when there is none. */
static size_t xpress_match(struct xpress_dictionary *d, struct bytes value, size_t at, size_t *found)
{
    const uint8_t *here = value.data + at;
    size_t candidate = d->older[at];
    size_t length = XPRESS_MATCH_MIN;

    if (candidate == 0)
        return 0;
    d->older[0] = (uint16_t)at;
    for (unsigned tries = 0;; tries++) {
        if (tries == XPRESS_CANDIDATES)
            return 0;
        if (value.data[candidate + 1] == here[1] && value.data[candidate + 2] == here[2])
            break;
        candidate = d->older[candidate];
    }
    if (candidate >= at || at - candidate > XPRESS_DISTANCE_MAX || value.data[candidate] != here[0])
        return 0;
    while (at + length < value.size && value.data[candidate + length] == here[length])
        length++;
    *found = candidate;
    return length;
}

struct xpress_writer {
    uint8_t *to;
    size_t at;
    size_t flags_at;                                    /* where the current 32 flags go */
    size_t nibble_at;                                   /* byte whose high half is free; 0 = none */
    uint32_t flags;
    unsigned flag_count;
};

static void xpress_flag(struct xpress_writer *w, unsigned flag)
{
    w->flags = w->flags << 1 | flag;
    if (++w->flag_count == 32) {
        store_le32(w->to + w->flags_at, w->flags);
        w->flags_at = w->at;
        w->at += 4;
        w->flags = 0;
        w->flag_count = 0;
    }
}

static void xpress_literal(struct xpress_writer *w, uint8_t byte)
{
    w->to[w->at++] = byte;
    xpress_flag(w, 0);
}

static void xpress_reference(struct xpress_writer *w, size_t distance, size_t length)
{
    size_t rest = length - XPRESS_MATCH_MIN;
    size_t word = (distance - 1) << 3 | (rest < 7 ? rest : 7);

    store_le16(w->to + w->at, (uint16_t)word);
    w->at += 2;
    if (rest >= 7) {
        unsigned nibble = rest - 7 < 15 ? (unsigned)(rest - 7) : 15;
        if (w->nibble_at == 0) {
            w->nibble_at = w->at;
            w->to[w->at++] = (uint8_t)nibble;
        } else {
            w->to[w->nibble_at] |= (uint8_t)(nibble << 4);
            w->nibble_at = 0;
        }
        if (nibble == 15 && rest - 22 < 255) {
            w->to[w->at++] = (uint8_t)(rest - 22);
        } else if (nibble == 15) {
            w->to[w->at++] = 255;
            store_le16(w->to + w->at, (uint16_t)rest);
            w->at += 2;
        }
    }
    xpress_flag(w, 1);
}

/* How many more input bytes may be taken before the output could overrun room; 0 = give up. */
static size_t xpress_headroom(const struct xpress_writer *w, size_t room)
{
    size_t used = w->at + 8;
    size_t rest = room > used ? room - used : 0;
    rest -= (rest + 7) / 8;
    return rest <= 16 ? 0 : rest;
}

/* Encodes value behind the head; 0 when the result would not be smaller than size_max. to has room for size_max bytes. */
static size_t xpress_encode(struct xpress_dictionary *d, struct bytes value, uint8_t *to, size_t size_max)
{
    struct xpress_writer w = {to, 4, 0, 0, 0, 0};
    size_t end = value.size - XPRESS_TAIL;
    size_t at = 0;

    xpress_chain(d, value);
    for (;;) {
        size_t stop = xpress_headroom(&w, size_max);
        if (stop == 0)
            return 0;
        stop = at + stop < end ? at + stop : end;
        if (at >= stop)
            break;
        while (at < stop) {
            size_t found = 0;
            size_t length = xpress_match(d, value, at, &found);
            if (length == 0) {
                xpress_literal(&w, value.data[at++]);
            } else {
                xpress_reference(&w, at - found, length);
                at += length;
            }
        }
    }
    while (at < value.size)
        xpress_literal(&w, value.data[at++]);
    while (w.flag_count != 0 && w.flag_count < 32) {
        w.flags = w.flags << 1 | 1;
        w.flag_count++;
    }
    store_le32(w.to + w.flags_at, w.flag_count != 0 ? w.flags : UINT32_MAX);
    return w.at < size_max ? w.at : 0;
}

static size_t xpress_compress(struct bytes value, uint8_t *to, size_t room)
{
    struct xpress_dictionary *d;
    size_t size_max;
    size_t size;

    if (value.size < XPRESS_VALUE_MIN || value.size > XPRESS_VALUE_MAX || room < XPRESS_HEAD + 16)
        return 0;
    size_max = room - XPRESS_HEAD;
    if (size_max >= value.size)
        size_max = value.size - 1;
    d = ese_alloc(sizeof(*d) + value.size * sizeof(d->older[0]));
    if (d == NULL)
        return 0;
    size = xpress_encode(d, value, to + XPRESS_HEAD, size_max);
    ese_free(d);
    if (size == 0 || size + XPRESS_HEAD >= value.size)
        return 0;
    to[0] = SCHEME_XPRESS << 3;
    store_le16(to + 1, (uint16_t)value.size);
    return size + XPRESS_HEAD;
}

/* Length of a reference beyond its first three bits (edb-format.md 11). *nibble_at points to the shared byte or is NULL. */
static size_t xpress_long_length(struct reader *in, const uint8_t **nibble_at)
{
    size_t nibble;
    size_t rest;

    if (*nibble_at == NULL) {
        *nibble_at = reader_take(in, 1);
        nibble = *nibble_at != NULL ? **nibble_at & 15u : 0;
    } else {
        nibble = **nibble_at >> 4;
        *nibble_at = NULL;
    }
    if (nibble != 15)
        return nibble + 7;
    rest = reader_u8(in);
    if (rest == 255) {
        rest = reader_u16(in);
        if (rest == 0)
            rest = reader_u32(in);
        if (rest < 22)
            in->bad = true;
        return rest;
    }
    return rest + 22;
}

static ese_err xpress_expand(struct bytes blob, uint8_t *to, size_t room)
{
    ese_err err = JET_errSuccess;
    struct reader in = reader_of(blob);
    const uint8_t *nibble_at = NULL;
    size_t at = 0;
    uint32_t flags = 0;
    unsigned flags_left = 0;

    while (at < room) {
        if (flags_left == 0) {
            flags = reader_u32(&in);
            flags_left = 32;
        }
        flags_left--;
        if ((flags >> flags_left & 1) == 0) {
            to[at++] = reader_u8(&in);
        } else {
            unsigned word = reader_u16(&in);
            size_t distance = (size_t)(word >> 3) + 1;
            size_t length = word & 7u;
            if (length == 7)
                length = xpress_long_length(&in, &nibble_at);
            length += XPRESS_MATCH_MIN;
            if (in.bad || distance > at)
                FAIL(JET_errDecompressionFailed);
            for (; length > 0 && at < room; length--, at++)
                to[at] = to[at - distance];
        }
        if (in.bad)
            FAIL(JET_errDecompressionFailed);
    }
done:
    return err;
}

/* ---- all schemes ---- */

size_t compress_value(struct bytes value, unsigned flags, uint8_t *to, size_t room)
{
    size_t size = 0;
    enum scheme seven = (enum scheme)0;

    if (value.size == 0)
        return 0;
    if ((flags & COMPRESS_XPRESS) != 0) {
        size = xpress_compress(value, to, room);
        if (size != 0 && size <= seven_bit_size(value.size / 2))
            return size;
    }
    if ((flags & COMPRESS_7BIT) != 0)
        seven = seven_bit_scheme(value);
    if (seven == SCHEME_UNICODE) {
        size_t packed = seven_bit_pack(value, 2, SCHEME_UNICODE, to, room);
        return packed < value.size ? packed : 0;
    }
    if (seven == SCHEME_ASCII && size == 0) {
        size = seven_bit_size(value.size) < value.size ? seven_bit_pack(value, 1, SCHEME_ASCII, to, room) : 0;
    }
    return size;
}

ese_err decompress_size(struct bytes blob, size_t *size)
{
    ese_err err = JET_errSuccess;

    *size = 0;
    if (blob.size == 0)
        FAIL(JET_errDecompressionFailed);
    switch (blob.data[0] >> 3) {
    case SCHEME_ASCII:
        *size = seven_bit_units(blob);
        break;
    case SCHEME_UNICODE:
        *size = seven_bit_units(blob) * 2;
        break;
    case SCHEME_XPRESS:
        if (blob.size < XPRESS_HEAD)
            FAIL(JET_errDecompressionFailed);
        *size = load_le16(blob.data + 1);
        break;
    default:
        FAIL(JET_errDecompressionFailed);
    }
done:
    return err;
}

ese_err decompress_value(struct bytes blob, uint8_t *to, size_t room, size_t *size)
{
    ese_err err = JET_errSuccess;

    TRY(decompress_size(blob, size));
    if (room > *size)
        room = *size;
    switch (blob.data[0] >> 3) {
    case SCHEME_ASCII:
        seven_bit_unpack(blob, 1, to, room);
        break;
    case SCHEME_UNICODE:
        seven_bit_unpack(blob, 2, to, room);
        break;
    default:
        TRY(xpress_expand(bytes_of(blob.data + XPRESS_HEAD, blob.size - XPRESS_HEAD), to, room));
        break;
    }
done:
    return err;
}
