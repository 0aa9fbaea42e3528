#pragma once

/*
 * Discord ids. Each kind is its own one-member struct, so that mixing them up does not compile. 0 means "none": Discord never issues it.
 * Layout (Discord reference, "Snowflakes"): bits 63..22 milliseconds since 2015-01-01, 21..17 worker, 16..12 process, 11..0 counter.
 */

#include <stdint.h>

#include "magikal/clock.h"

typedef struct GuildId { uint64_t v; } GuildId;
typedef struct ChannelId { uint64_t v; } ChannelId;
typedef struct MessageId { uint64_t v; } MessageId;
typedef struct UserId { uint64_t v; } UserId;
typedef struct RoleId { uint64_t v; } RoleId;
typedef struct InteractionId { uint64_t v; } InteractionId;
typedef struct ApplicationId { uint64_t v; } ApplicationId;
typedef struct CommandId { uint64_t v; } CommandId;

/* Ids of our own. */
typedef struct TicketId { uint64_t v; } TicketId;
typedef struct FlowId { uint64_t v; } FlowId;
typedef struct RecruitId { uint64_t v; } RecruitId;     /* an application to join; what Discord calls one is an ApplicationId */

#define DISCORD_EPOCH_MS UINT64_C(1420070400000)

/* When an id was made, in microseconds since 1970. */
static inline Usec snowflake_time(uint64_t id) {
        return ((id >> 22) + DISCORD_EPOCH_MS) * USEC_PER_MSEC;
}

/* The smallest id that could have been made at that time; 0 before 2015. A valid pagination cursor. */
static inline uint64_t snowflake_at(Usec realtime) {
        uint64_t ms = realtime / USEC_PER_MSEC;

        return ms <= DISCORD_EPOCH_MS ? 0 : (ms - DISCORD_EPOCH_MS) << 22;
}

/* A person, as everything but Discord itself knows them: random, different in every guild, 36-character UUID text. */
typedef struct Pseudonym { char text[37]; } Pseudonym;
