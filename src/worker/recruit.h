#pragma once

/* What the handlers around an application share. Private to src/worker. */

#include "magikal/application.h"
#include "magikal/shown.h"
#include "magikal/views-recruit.h"
#include "worker.h"

typedef enum RecruitSide {
        RECRUIT_APPLICANT,              /* only who opened the ticket */
        RECRUIT_STAFF,                  /* the policy has said yes already */
} RecruitSide;

/*
 * Before a press on an application's control does anything (JOB_LOAD_RECRUIT): is it in the ticket's own channel, whose rights the press
 * carries; is the ticket open; is it the applicant's to press; may this be done with the application as it is; and nobody decides on their
 * own. Also once more in the flow, where the database decides who was first. True: it may not be, and the person has been told why.
 */
bool recruit_said_no(Job *job, ApplicationAction action, RecruitSide side);
/* A sentence for the verdict of application_judge(), which is not 0. */
void recruit_say_verdict(Job *job, int verdict);
/* The application of the loaded facts; its id is 0 when there is none. */
const Application *recruit_of(const Job *job);

/* Answers with a modal or message that a view has made into *take_data; r: what it returned. For calls of the kind reply(…, view(…, &data), &data). */
void job_reply_view(Job *job, CallbackType type, int r, char **take_data);
