#pragma once

/*
 * Messages between our processes (messages.def) and the channel that carries them.
 *
 * A channel is one nng PAIR0 over ipc:// in the runtime directory: one socket and a fresh URL for every incarnation of a child, since a
 * reused one hands what was meant for the dead to its successor. nng tells nobody that a peer died; the pidfd is the truth of death.
 *
 * What a child says is gossip: ranges are checked here, meaning (does this job exist? is it yours?) by whoever hears it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <systemd/sd-event.h>

#include "magikal/cleanup.h"
#include "magikal/strbuf.h"
#include "magikal/travel.h"

#define IPC_PROTOCOL 2                          /* raised when a peer of the old one could not understand us; both sides refuse another */
#define IPC_FRAME_MAX (1024 * 1024)             /* largest gateway frame handed on as bytes */
#define IPC_MESSAGE_MAX (IPC_FRAME_MAX + 1024)  /* largest encoded message */

typedef enum IpcTick {
        IPC_TICK_REAP = 1,      /* release flows whose lease ran out long ago */
        IPC_TICK_EXPIRE,        /* turn flows that are past their deadline */
        IPC_TICK_SWEEP,         /* compare the database with Discord, guild by guild */
        IPC_TICK_REGISTER,      /* see that the commands registered with Discord are ours */
        IPC_TICK_TELL_DEAD,     /* tell people about flows that were given up */
        IPC_TICK_RETENTION,     /* remove what is older than it may be */
        IPC_TICK_RECORDS,       /* show anew what records show no longer rightly */
        IPC_TICK_MAX = IPC_TICK_RECORDS,
} IpcTick;

typedef enum IpcRefusal {
        IPC_REFUSAL_FULL = 1,   /* no room for another job */
        IPC_REFUSAL_DRAINING,   /* on its way out */
        IPC_REFUSAL_MAX = IPC_REFUSAL_DRAINING,
} IpcRefusal;

typedef enum IpcDirection {
        TO_WORKER = 1 << 0,
        TO_EDITOR = 1 << 1,
        FROM_WORKER = 1 << 2,
        FROM_EDITOR = 1 << 3,
} IpcDirection;

typedef enum IpcType {
#define MESSAGE(number, ID, member, direction, fields) IPC_##ID = (number),
#include "magikal/messages.def"
#undef MESSAGE
} IpcType;

/*
 * One message. TEXT fields are `const char *name`, BYTES fields `const uint8_t *name; size_t n_name`; both are borrowed: from the
 * caller when sending, from the channel until the handler returns when receiving.
 */
typedef struct IpcMessage {
        IpcType type;
        union {
#define U32(name, min, max) uint32_t name;
#define U64(name, min, max) uint64_t name;
#define TEXT(name, max) const char *name;
#define BYTES(name, max)     \
        const uint8_t *name; \
        size_t n_##name;
#define MESSAGE(number, ID, member, direction, fields) \
        struct {                                       \
                fields                                 \
        } member;
#include "magikal/messages.def"
#undef MESSAGE
#undef U32
#undef U64
#undef TEXT
#undef BYTES
        };
} IpcMessage;

/* Appends the encoded message. -EINVAL: a field is out of its range, the type unknown; -ENOMEM. */
int ipc_encode(const IpcMessage *message, StrBuf *out);
/* 0, or -EBADMSG: too short, too long, unknown type, a field out of range. Texts and bytes point into `bytes`. */
int ipc_decode(const void *bytes, size_t n_bytes, IpcMessage *ret);
/* "JOB", or NULL for a number that is none. */
const char *ipc_type_to_string(IpcType type);
/* IpcDirection bits; 0 for a number that is none. */
unsigned ipc_type_directions(IpcType type);

/* ---- channel ---------------------------------------------------------------------------------------------------------------- */

typedef struct Channel Channel;

/* One message that passed the decoder, its direction and the peer's pid. May free the channel. */
typedef void (*ChannelHandler)(Channel *channel, const IpcMessage *message, void *userdata);

#define CHANNEL_QUEUE_MAX 1024                  /* messages waiting for the peer to read */
#define CHANNEL_QUEUE_BYTES_MAX (16u << 20)     /* and their bytes */

/*
 * The supervisor's end. `url` is "ipc:///…/name" not used before; the file is removed by channel_free(). The process at the other end
 * does not exist yet when its address must: channel_expect() names it. What is sent waits in the queue until that process was heard
 * (a child speaks first), and what any other process says is dropped. Negative errno; -ENAMETOOLONG: the path does not fit a socket.
 */
int channel_listen(sd_event *event, const char *url, ChannelHandler handler, void *userdata, Channel **ret_channel);
void channel_expect(Channel *channel, pid_t pid);

/* The child's end. Connects in the background; messages from any process but `pid` are dropped. Negative errno. */
int channel_dial(sd_event *event, const char *url, pid_t pid, ChannelHandler handler, void *userdata, Channel **ret_channel);

/* Which directions this end may hear (IpcDirection bits); others are dropped and counted. Everything until called. */
void channel_hear(Channel *channel, unsigned directions);

/*
 * Sends, or queues when the peer does not read; order is kept. Does not block. -ENOBUFS: the queue is full and the message was not
 * taken; -EINVAL: it does not encode; -ENOMEM.
 */
int channel_send(Channel *channel, const IpcMessage *message);
/*
 * The same for what is in no hurry: it may wait 50 ms for others to travel with, or for the next channel_send(). Order is kept among all.
 * For messages whose loss with this process is harmless.
 */
int channel_send_soon(Channel *channel, const IpcMessage *message);
size_t channel_n_queued(const Channel *channel);
size_t channel_n_queued_bytes(const Channel *channel);
/* Messages that were dropped on arrival: undecodable, of a wrong direction, from a wrong process. */
uint64_t channel_n_dropped(const Channel *channel);

/*
 * Delivers what has arrived until there is no more: for a peer that is dead. nng gives up what it had not read when the peer hung up, so
 * its very last words may be missing: whatever they were must be safe to do again.
 */
void channel_drain(Channel *channel);

/* Waits until what was sent has left this process, at most so long. Blocks: only for a process on its way out. */
void channel_flush(Channel *channel, int timeout_ms);

/* Frees it; from inside its own handler too. */
Channel *channel_free(Channel *channel);
DEFINE_CLEANUP(Channel *, channel_free)

/* ---- control socket: a question and an answer, JSON text (nng REQ/REP) --------------------------------------------------------- */

typedef struct ControlServer ControlServer;

/* Appends the answer. The question is NUL-terminated and at most 4 KiB. Must not block. */
typedef void (*ControlHandler)(const char *question, size_t n_bytes, StrBuf *answer, void *userdata);

/* Replaces the file of a server that is gone (the caller holds the runtime directory's lock). Negative errno. */
int control_listen(sd_event *event, const char *url, ControlHandler handler, void *userdata, ControlServer **ret_server);
ControlServer *control_free(ControlServer *server);
DEFINE_CLEANUP(ControlServer *, control_free)

/* Asks and waits: for magikalctl. -ECONNREFUSED, -ENOENT: nobody listens; -ETIMEDOUT; the answer is to be freed. Blocks. */
int control_ask(const char *url, const char *question, int timeout_ms, char **ret_answer);
