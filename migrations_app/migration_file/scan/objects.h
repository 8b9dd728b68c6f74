/* Objects of JSON, by the tables of spec.py: each key at most once, each required one there. */

#ifndef OBJECTS_H
#define OBJECTS_H

#include "values.h"

#define MOST_UNKNOWN 16u

/* spec.py has the same names. */
enum role { NONE, ID, CLIENT_ID, CLIENT_KIND, BSN, RSIN, FIRST_DAY, LAST_DAY, DOCUMENT, FIRST_COMBINED, ROLES = 12 };

static text found[ROLES]; /* of the present line; of no length: null or left out */
static text unknown[MOST_UNKNOWN];

static const u8 *object(const u8 *at, u32 which, u32 is_below);

static const u8 *objects(const u8 *at, u32 which) {
    if (*at != '[')
        return 0;
    at = blanks(at + 1);
    if (*at == ']')
        return at + 1;
    while ((at = object(at, which, 1))) {
        at = blanks(at);
        if (*at == ']')
            return at + 1;
        if (*at != ',')
            return 0;
        at = blanks(at + 1);
    }
    return 0;
}

static const u8 *text_or_integer(const u8 *at, const field *of, text *it) {
    if (*at != '"')
        return integer(at, of, it);
    at = read_text(at + 1, it);
    return at && it->characters <= of->choices ? at : 0;
}

static const u8 *part(const u8 *at, const field *of, text *it) {
    const u8 *end = object(at, of->below, 1);
    *it = (text){at, (u32)(end - at), 0, 1};
    return end;
}

static const u8 *value(const u8 *at, const field *of) {
    text *it = found + of->role; /* nobody reads that of NONE */
    if (*at == 'n')
        return of->nullable ? word(at, "null", 4) : 0;
    switch (of->type) {
    case TEXT:
        return text_value(at, of, it);
    case LITERAL:
        return literal(at, of, it);
    case INTEGER:
        return integer(at, of, it);
    case FLAG:
        return flag(at);
    case DATE:
        return date(at, it);
    case MOMENT:
        return moment(at);
    case AMOUNT:
        return amount(at);
    case OBJECT:
        return part(at, of, it);
    case OBJECTS:
        return objects(at, of->below);
    case TEXT_OR_INTEGER:
        return text_or_integer(at, of, it);
    default:
        return 0;
    }
}

/* The field whose name and quotation mark follow; most often it is the one after the field before. */
static const field *find(const table *in, const u8 *at, u32 *next) {
    const field *fields = (const field *)(spec + in->first);
    u64 start = eight(at);
    for (u32 i = 0, which = *next; i < in->count; i++, which++) {
        if (which >= in->count)
            which = 0;
        const field *one = fields + which;
        if ((start & one->mask) == one->start && (one->length <= 8 || same(spec + one->name + 8, at + 8, one->length - 8))) {
            *next = which + 1;
            return one;
        }
    }
    return 0;
}

/* A key that no field has, and its value, which must be simple; `before` others were there already. */
static const u8 *other(const u8 *at, u32 before) {
    static const field any = {.most = ~0u, .type = TEXT};
    text *key = unknown + before, ignored;
    if (before == MOST_UNKNOWN || !(at = read_text(at, key)) || !key->is_plain)
        return 0;
    for (u32 i = 0; i < before; i++)
        if (unknown[i].length == key->length && same(unknown[i].at, key->at, key->length))
            return 0;
    at = blanks(at);
    if (*at != ':')
        return 0;
    at = blanks(at + 1);
    switch (*at) {
    case '"':
        return text_value(at, &any, &ignored);
    case 'n':
        return word(at, "null", 4);
    case 't': case 'f':
        return flag(at);
    default:
        return amount(at);
    }
}

static const u8 *object(const u8 *at, u32 which, u32 is_below) {
    const table *in = (const table *)spec + which;
    const field *fields = (const field *)(spec + in->first);
    u64 seen = 0;
    u32 next = 0, others = 0;
    if (*at != '{')
        return 0;
    at = blanks(at + 1);
    if (*at == '}')
        return in->required ? 0 : at + 1;
    for (;;) {
        if (*at != '"')
            return 0;
        const field *one = find(in, ++at, &next);
        if (one) {
            u64 bit = (u64)1 << (one - fields);
            at = blanks(at + one->length);
            if ((seen & bit) || *at != ':')
                return 0;
            seen |= bit;
            at = value(blanks(at + 1), one);
        } else
            at = is_below ? 0 : other(at, others++);
        if (!at)
            return 0;
        at = blanks(at);
        if (*at == '}')
            break;
        if (*at != ',')
            return 0;
        at = blanks(at + 1);
    }
    return (seen & in->required) == in->required ? at + 1 : 0;
}

#endif
