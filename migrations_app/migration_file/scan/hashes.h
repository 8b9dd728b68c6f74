/* Hashes of ids under a secret key, which of them were there before, and which are those of known clients. */

#ifndef HASHES_H
#define HASHES_H

#include "text.h"

#define MOST_HASHES (1u << 17) /* taken at once */
#define MOST_SHARES 256u
#define SHARE_SLOTS (2u * MOST_HASHES)

static u64 key[2];
static u64 sorted[MOST_HASHES];
static u32 share_counts[MOST_SHARES];
static u64 share[SHARE_SLOTS];
static u64 *clients; /* behind all else, as large as reserve() was asked for */
static u32 client_slots, client_count;

/* Both halves of the product of two words, folded into one. */
static u64 folded(u64 one, u64 other) {
    u64 high_one = one >> 32, low_one = (u32)one, high_other = other >> 32, low_other = (u32)other;
    u64 low = low_one * low_other, first = high_one * low_other, second = low_one * high_other;
    u64 sum = low + (first << 32), all = sum + (second << 32);
    u64 high = high_one * high_other + (first >> 32) + (second >> 32) + (sum < low) + (all < sum);
    return all ^ high;
}

static u64 first_of(const u8 *at, u32 length) {
    return length >= 8 ? eight(at) : length ? eight(at) & (~(u64)0 >> (64 - 8 * length)) : 0;
}

/* Never 0, which in a table is an empty slot. Bytes behind the last are read and left out. */
static u64 hash(const u8 *at, u32 length) {
    u64 found = key[0] ^ length;
    for (; length > 16; at += 16, length -= 16)
        found = folded(eight(at) ^ key[1], eight(at + 8) ^ found);
    found = folded(first_of(at, length) ^ key[1], first_of(at + 8, length > 8 ? length - 8 : 0) ^ found);
    found = folded(found ^ key[1], 0x9E3779B97F4A7C15 ^ key[0]);
    return found ? found : 1;
}

/* Where a hash is in a table, or the empty slot where it belongs; the lowest bits tell the share. */
static u64 *slot_of(u64 *table, u32 slots, u64 wanted) {
    u32 slot = (u32)(wanted >> 32) & (slots - 1);
    while (table[slot] && table[slot] != wanted)
        slot = (slot + 1) & (slots - 1);
    return table + slot;
}

static int is_known(u64 wanted) { return clients && *slot_of(clients, client_slots, wanted) == wanted; }

/* Room for clients in a power of two of slots, once; 0 when there is no memory. */
static u32 reserve_clients(u32 slots) {
    u32 pages = __builtin_wasm_memory_grow(0, (slots * (u32)sizeof(u64) + 0xFFFF) >> 16);
    if (pages == ~0u)
        return 0;
    clients = (u64 *)(pages << 16);
    client_slots = slots;
    return 1;
}

/* Takes the first hashes of `sorted` for those of clients, until three quarters of the room are taken. */
static void learn_clients(u32 count) {
    for (u32 i = 0; i < count && client_count < client_slots / 4 * 3; i++) {
        u64 *slot = slot_of(clients, client_slots, sorted[i]);
        client_count += !*slot;
        *slot = sorted[i];
    }
}

/* Sorts hashes by their shares, a power of two of them, into `sorted`. */
static void sort_by_share(const u64 *from, u32 count, u32 shares) {
    u32 starts[MOST_SHARES], start = 0;
    for (u32 i = 0; i < shares; i++)
        share_counts[i] = 0;
    for (u32 i = 0; i < count; i++)
        share_counts[from[i] & (shares - 1)]++;
    for (u32 i = 0; i < shares; i++) {
        starts[i] = start;
        start += share_counts[i];
    }
    for (u32 i = 0; i < count; i++)
        sorted[starts[from[i] & (shares - 1)]++] = from[i];
}

static u32 in_share;

static void empty_share(void) {
    for (u32 i = 0; i < SHARE_SLOTS; i++)
        share[i] = 0;
    in_share = 0;
}

/* How many of the hashes in `sorted` were not in the share; none once it is nearly full. */
static u32 add_to_share(u32 count) {
    u32 before = in_share;
    for (u32 i = 0; i < count && in_share < SHARE_SLOTS / 4 * 3; i++) {
        u64 *slot = slot_of(share, SHARE_SLOTS, sorted[i]);
        in_share += !*slot;
        *slot = sorted[i];
    }
    return in_share - before;
}

#endif
