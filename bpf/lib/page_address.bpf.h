// SPDX-License-Identifier: Apache-2.0
// From a struct page to the memory that it stands for. The kernel maps both linearly, so the address is the page's index times
// its size plus a constant, a multiple of 1 GiB; the constant is drawn at boot (KASLR) and learnt here from one slab, of which
// both the struct page and the first free object are known. Where that goes wrong nothing is captured, and the loader's
// self-check notices.
#pragma once
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "kernel_types.bpf.h"

#define PAGE_SHIFT 12
#define GIGABYTE (1ULL << 30)
#define MAX_SLAB_BYTES (1 << 18)
#define MAX_CACHES 64
#define KERNEL_ADDRESS(address) (((address) >> 56) == 0xff)  // of amd64, with five levels of page tables, too, and arm64

volatile __u64 page_constant = 0;  // 0: not learnt yet

static __always_inline __u64 page_index(__u64 page) { return page / bpf_core_type_size(struct page) << PAGE_SHIFT; }

// From the first slab that the cache keeps in reserve, if it has one.
static __always_inline __u64 constant_by_cache(const struct kmem_cache *cache) {
  const struct kmem_cache___since_7 *newer = (const void *)cache;
  const struct kmem_cache_node *node = NULL;
  if (bpf_core_field_exists(cache->node)) {
    bpf_core_read(&node, sizeof(node), &cache->node[0]);
  } else {
    bpf_core_read(&node, sizeof(node), &newer->per_node[0].node);
  }
  if (!node) return 0;
  const struct list_head *first = BPF_CORE_READ(node, partial.next);
  const struct list_head *none = __builtin_preserve_access_index(&node->partial);
  if (!first || first == none) return 0;
  const struct slab *slab = (const void *)first - bpf_core_field_offset(struct slab, slab_list);
  __u64 object = (__u64)BPF_CORE_READ(slab, freelist);
  __u64 distance = object - page_index((__u64)slab);
  // What is left of the multiple is the object's place in its slab.
  if (!KERNEL_ADDRESS(object) || (distance & (GIGABYTE - 1)) >= MAX_SLAB_BYTES) return 0;
  return distance & ~(GIGABYTE - 1);
}

// A cache may have no slab in reserve at this time: then the next one is tried.
__noinline int learn_page_constant(__u64 socket) {
  const struct sock *sk = (const struct sock *)socket;
  const struct kmem_cache *cache = BPF_CORE_READ(sk, __sk_common.skc_prot, slab);
  for (int i = 0; i < MAX_CACHES && !page_constant; i++) {
    if (!cache) return 0;
    page_constant = constant_by_cache(cache);
    cache = (const void *)BPF_CORE_READ(cache, list.next) - bpf_core_field_offset(struct kmem_cache, list);
  }
  return 0;
}

// 0: not known.
static __always_inline __u64 address_of_page(__u64 page) {
  if (!page_constant || page & 1) return 0;
  return page_index(page) + page_constant;
}
