// SPDX-License-Identifier: Apache-2.0
// The kernel's own structures, only the members that we read, for CO-RE: the loader finds the real offsets in the running
// kernel's BTF, so neither order nor neighbours matter here. Hand-written instead of a dumped vmlinux.h: the build needs
// no BTF, and one list serves amd64 and arm64.
#pragma once
#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ns_common {
  unsigned int inum;
};
struct pid_namespace {
  struct ns_common ns;
};
struct upid {
  int nr;
  struct pid_namespace *ns;
};
struct pid {
  unsigned int level;
  struct upid numbers[1];
};
struct net {
  struct ns_common ns;
};
struct nsproxy {
  struct net *net_ns;
};
struct inode {
  unsigned short i_mode;
  unsigned long i_ino;
};
struct qstr {
  const unsigned char *name;
};
struct dentry {
  struct qstr d_name;
};
struct path {
  struct dentry *dentry;
};
typedef struct {
  long counter;
} atomic_long_t;
struct file_ref {  // file_ref_t
  atomic_long_t refcnt;
};
struct file {
  struct inode *f_inode;
  void *private_data;
  struct path f_path;
  atomic_long_t f_count;  // up to 6.12
  struct file_ref f_ref;
};
struct linux_binprm {
  struct file *file;   // what runs: of a script, its interpreter
  const char *interp;  // the path of that
};
struct fdtable {
  unsigned int max_fds;
  struct file **fd;
};
struct files_struct {
  struct fdtable *fdt;
};
struct thread_info {
  unsigned long flags;
  __u32 status;  // x86 only
};
typedef struct {
  int counter;
} atomic_t;
struct signal_struct {
  atomic_t live;  // threads that have not begun to exit
};
struct task_struct {
  struct thread_info thread_info;
  int pid;
  int tgid;
  struct task_struct *real_parent;
  struct task_struct *group_leader;
  struct pid *thread_pid;
  struct nsproxy *nsproxy;
  struct files_struct *files;
  struct signal_struct *signal;
};

struct in6_addr {
  __u8 bytes[16];
};
typedef struct {
  struct net *net;
} possible_net_t;
struct sock_common {
  __u32 skc_daddr;
  __u32 skc_rcv_saddr;
  __u16 skc_dport;
  __u16 skc_num;
  unsigned short skc_family;
  volatile unsigned char skc_state;
  struct proto *skc_prot;
  possible_net_t skc_net;
  struct in6_addr skc_v6_daddr;
  struct in6_addr skc_v6_rcv_saddr;
};
struct socket {
  struct sock *sk;
  struct file *file;
};
struct sock {
  struct sock_common __sk_common;
  __u16 sk_type;
  __u16 sk_protocol;
  struct socket *sk_socket;
  __u8 sk_shutdown;
  int sk_err;
  __u32 sk_max_ack_backlog;  // of a listener; sockets accepted from it keep its value
};
struct inet_sock {
  __u16 inet_sport;  // network byte order; unlike skc_num it stays when the port is given back
};
struct inet_connection_sock {
  const void *icsk_ulp_ops;  // of what is layered above TCP, such as kernel TLS
};
struct tcp_sock {
  __u32 copied_seq;  // next byte that the application will read
  __u32 write_seq;   // next byte that the application will write
};
struct list_head {
  struct list_head *next;
};
struct slab {
  struct list_head slab_list;
  void *freelist;
};
struct kmem_cache_node {
  struct list_head partial;
};
struct kmem_cache {
  struct list_head list;  // of all caches
  struct kmem_cache_node *node[1];
};
struct kmem_cache_per_node_ptrs {
  struct kmem_cache_node *node;
};
struct kmem_cache___since_7 {
  struct kmem_cache_per_node_ptrs per_node[1];
};
struct proto {
  struct kmem_cache *slab;
};
struct sk_buff {
  struct sock *sk;
  unsigned int len;
  unsigned int data_len;  // of `len`, in fragments
  unsigned char *head;
  unsigned char *data;
  unsigned int end;  // offset of struct skb_shared_info from `head`
  char cb[48];
};
struct tcp_skb_cb {
  __u32 seq;
};
struct skb_frag {
  unsigned long netmem;  // a struct page, unless bit 0 is set
  unsigned int len;
  unsigned int offset;
};
struct skb_shared_info {
  __u8 nr_frags;
  struct skb_frag frags[17];
};
struct unix_address;
struct unix_sock {
  const struct unix_address *addr;  // what it is bound to; sockets accepted from it share it
  struct sock *peer;
};
struct page {
  unsigned long flags;
};
// What a socket call reads from or writes to. Since 6.0 a single buffer is ITER_UBUF; `iov` became `__iov` in 6.4; up to
// 5.13 `iter_type` was `type`, with the direction in its lowest bit.
enum iter_type { ITER_IOVEC, ITER_KVEC, ITER_UBUF };
struct iov_iter {
  __u8 iter_type;
  size_t iov_offset;
  const void *__iov;
  void *ubuf;
};
struct iov_iter___before_6_4 {
  const void *iov;
};
struct iov_iter___before_5_14 {
  unsigned int type;
};
struct msghdr {
  void *msg_name;  // kernel's copy of the other side's address; NULL if the caller wants none
  struct iov_iter msg_iter;
};
struct socket_alloc {
  struct socket socket;
  struct inode vfs_inode;
};

#pragma clang attribute pop

#define MESSAGE_PEEK 0x2         // MSG_PEEK: the bytes will be read again
#define MESSAGE_TRUNC 0x20       // MSG_TRUNC on a stream: the bytes are thrown away unread (tcp(7))
#define MESSAGE_ERRQUEUE 0x2000  // MSG_ERRQUEUE: not the stream's bytes
#define RECEIVE_SHUTDOWN 1       // RCV_SHUTDOWN of sk_shutdown

// User-space structures: a fixed ABI, no relocation.
struct user_iovec {
  __u64 base;
  __u64 length;
};
struct user_message {  // struct msghdr, 64-bit
  __u64 name;
  __u32 name_length;
  __u32 pad;
  __u64 iov;
  __u64 iov_count;
  __u64 control;
  __u64 control_length;
  __u32 flags;
  __u32 pad2;
};
struct user_many_message {  // struct mmsghdr, 64-bit
  struct user_message message;
  __u32 length;
  __u32 pad;
};
