//! The dispatch over a real store: what is sent, to whom, what is tried again and what is not
//! sent any more; and several nodes on one PostgreSQL.

mod back;
mod city;
#[path = "../common/gateway.rs"]
mod gateway;
mod limits;
mod nodes;
#[path = "../common/postgres.rs"]
mod postgres;
#[path = "../common/process.rs"]
mod process;
mod sending;

/// Runs each function on a SQLite file and on PostgreSQL.
macro_rules! on_both {
    ($($module:ident::$name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let folder = tempfile::tempdir().expect("a scratch folder");
                let url = format!("sqlite:{}", folder.path().join("duban.db").display());
                crate::$module::$name(&url).await;
            })*
        }
        mod postgresql {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                crate::$module::$name(&crate::postgres::database().await).await;
            })*
        }
    };
}

on_both![
    sending::a_message_whose_reason_is_gone_is_not_sent,
    sending::a_question_that_is_answered_or_too_old_is_not_sent,
    sending::a_failed_message_is_tried_again_and_given_up,
    sending::the_person_is_found_at_sending,
    sending::the_link_in_a_message_opens,
    back::what_cannot_be_delivered_goes_on,
    back::a_receipt_that_fails_goes_on_at_once,
    back::a_digit_answers_the_question_that_was_asked_last,
    back::a_word_nobody_was_asked_for_is_kept_without_it,
    back::whoever_wants_no_messages_gets_none,
    back::an_outage_of_a_day_loses_nothing,
    back::a_storm_in_one_unit_does_not_hold_up_another,
    limits::a_person_gets_so_many_sms_a_day,
    limits::an_sms_too_many_leaves_in_the_morning_with_the_others,
    limits::another_node_counts_on,
    limits::emergencies_and_red_slips_pass_the_limits,
    limits::a_second_word_about_a_ticket_waits_for_the_gap,
    limits::what_was_resolved_while_it_was_held_is_not_sent,
    limits::a_storm_of_thousands_does_not_hold_up_a_first_notice,
    limits::a_declared_silence_holds_until_it_is_ended,
    limits::whoever_is_told_of_the_event_is_not_told_of_each_ticket,
    sending::an_approved_text_is_filled_from_the_message,
];
