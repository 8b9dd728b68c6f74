/* Proves of lines of JSON that each is a good record, as far as one record can tell.

   Compiled to WebAssembly by build.py and run by scanner.py, so that nothing in a file, whatever it holds, reaches
   memory outside this module's own. What is good is said by a table that spec.py makes of the types in records.py.
   A line that is not proved may still be good: it is judged in Python. A line that is proved must be. */

#define EXPORT(name) __attribute__((export_name(name)))

#include "hashes.h"
#include "objects.h"

#define MOST_BYTES (17u << 16)
#define MOST_LINES (1u << 14)
#define MOST_COMBINATIONS 1024u
#define PADDING 64u

/* scanner.py has the same names. */
enum state { BLANK, LEFT, PROVED, NAMELESS, UNSURE };
enum asked { NOTHING, WHO_IS_NAMELESS, WHICH_CLIENT_IS_KNOWN };

typedef struct {
    u32 lines, blank, left, nameless, unsure, proved, text, combinations, combinations_bytes, documents;
} summary;

static u8 input[MOST_BYTES + PADDING] __attribute__((aligned(16)));
static summary result;
static u8 states[MOST_LINES];
static u16 combined[MOST_LINES];
static u64 ids[MOST_LINES]; /* hashes of the ids of what is proved */
static u8 names[MOST_BYTES]; /* ids of who is nameless, or of clients that are not known */
static u8 combinations[MOST_BYTES];
static u32 counts[MOST_COMBINATIONS]; /* of each combination */
static place documents[MOST_LINES];
static u32 document_lines[MOST_LINES];
static u8 answers[MOST_LINES];
static u32 places[] = {(u32)input,    (u32)spec,         (u32)key,    (u32)&result,   (u32)states,
                       (u32)combined, (u32)ids,          (u32)names,  (u32)combinations, (u32)counts,
                       (u32)documents, (u32)document_lines, (u32)sorted, (u32)share_counts, (u32)answers};

static place known[MOST_COMBINATIONS];
static u16 slots[4 * MOST_COMBINATIONS];
static text before[ROLES]; /* what was combined last */

EXPORT("places") u32 *get_places(void) { return places; }

static u32 append(u8 *to, u32 at, const text *it, u8 end) {
    for (u32 i = 0; i < it->length; i++)
        to[at++] = it->at[i];
    to[at++] = end;
    return at;
}

static int is_combination(u32 number, u32 start, u32 length) {
    return known[number].length == length && same(combinations + known[number].at, combinations + start, length);
}

static int is_as_before(void) {
    for (u32 i = FIRST_COMBINED; i < ROLES; i++)
        if (before[i].length != found[i].length || !same(before[i].at, found[i].at, found[i].length))
            return 0;
    return result.combinations > 0;
}

/* The number of the line's combination of tax, year and period, which Python judges once for all its lines. */
static u32 combine(void) {
    static u32 last;
    if (is_as_before())
        return last;
    u32 start = result.combinations_bytes, end = start, hash = 2166136261u;
    for (u32 i = FIRST_COMBINED; i < ROLES; i++) {
        end = append(combinations, end, found + i, i + 1 < ROLES ? '\t' : '\n');
        before[i] = found[i];
    }
    for (u32 i = start; i < end; i++)
        hash = (hash ^ combinations[i]) * 16777619u;
    for (u32 slot = hash ^ hash >> 15;; slot++) {
        u16 *number = slots + (slot & (4 * MOST_COMBINATIONS - 1)); /* from 1 */
        if (*number && is_combination(*number - 1u, start, end - start))
            return last = *number - 1u;
        if (*number)
            continue;
        if (result.combinations == MOST_COMBINATIONS)
            return last = MOST_COMBINATIONS;
        last = result.combinations++;
        known[last] = (place){start, end - start};
        counts[last] = 0;
        *number = (u16)result.combinations;
        result.combinations_bytes = end;
        return last;
    }
}

static int keeps_rules(void) {
    const text *first = found + FIRST_DAY, *last = found + LAST_DAY;
    if (found[RSIN].length && found[CLIENT_KIND].at[0] == 'p')
        return 0;
    if (first->length && last->length)
        for (u32 i = 0; i < 10; i++)
            if (first->at[i] != last->at[i])
                return first->at[i] < last->at[i];
    return 1;
}

static enum state doubt(enum asked asked) {
    if (asked == WHO_IS_NAMELESS && !found[BSN].length && !found[RSIN].length) {
        result.nameless++;
        result.text = append(names, result.text, found + ID, '\n');
        return NAMELESS;
    }
    if (asked == WHICH_CLIENT_IS_KNOWN && !is_known(hash(found[CLIENT_ID].at, found[CLIENT_ID].length))) {
        result.unsure++;
        result.text = append(names, result.text, found + CLIENT_ID, '\n');
        return UNSURE;
    }
    return PROVED;
}

static enum state tell(u32 line, enum asked asked) {
    u32 combination = combine();
    if (combination == MOST_COMBINATIONS)
        return LEFT;
    combined[line] = (u16)combination;
    counts[combination]++;
    ids[result.proved++] = hash(found[ID].at, found[ID].length);
    if (found[DOCUMENT].length) {
        documents[result.documents] = (place){(u32)(found[DOCUMENT].at - input), found[DOCUMENT].length};
        document_lines[result.documents++] = line;
    }
    return doubt(asked);
}

/* Where the line ends; its state is told. */
static const u8 *take(const u8 *at, u32 line, enum asked asked) {
    const u8 *start = blanks(at), *stop = start;
    enum state state = LEFT;
    if (*start == '\n') {
        state = BLANK;
        result.blank++;
    } else {
        for (u32 i = 0; i < ROLES; i++)
            found[i].length = 0;
        stop = object(start, 0, 0);
        stop = stop ? blanks(stop) : start;
        if (*stop == '\n' && keeps_rules())
            state = tell(line, asked);
        result.left += state == LEFT;
    }
    states[line] = (u8)state;
    while (*stop != '\n')
        stop++;
    return stop;
}

/* Judges the lines in the first `length` bytes of input, the last of which ends a line; 0 when they are too many. */
EXPORT("scan") u32 scan(u32 length, enum asked asked) {
    result = (summary){0};
    for (u32 i = 0; i < 4 * MOST_COMBINATIONS; i++)
        slots[i] = 0;
    for (u32 i = 0; i < PADDING; i++)
        input[length + i] = 0;
    for (const u8 *at = input, *end = input + length; at < end; at++) {
        if (result.lines == MOST_LINES)
            return 0;
        at = take(at, result.lines++, asked);
    }
    return 1;
}

/* ---- hashes that Python asks for; of texts in input, each behind its length in two bytes */

EXPORT("hash_texts") void hash_texts(u32 count) {
    const u8 *at = input;
    for (u32 i = 0; i < count; i++) {
        u32 length = at[0] | at[1] << 8;
        sorted[i] = hash(at + 2, length);
        at += 2 + length;
    }
}

/* Of the hashes in `sorted` a byte each in answers. */
EXPORT("know") void know(u32 count) {
    for (u32 i = 0; i < count; i++)
        answers[i] = (u8)is_known(sorted[i]);
}

EXPORT("sort") void sort(u32 count, u32 shares) { sort_by_share((const u64 *)(void *)input, count, shares); }

EXPORT("empty") void empty(void) { empty_share(); }

EXPORT("add") u32 add(u32 count) { return add_to_share(count); }

EXPORT("reserve") u32 reserve(u32 slots) { return reserve_clients(slots); }

EXPORT("learn") void learn(u32 count) { learn_clients(count); }
