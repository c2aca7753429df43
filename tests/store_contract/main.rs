//! The contract of the store: each function, the same result on SQLite and PostgreSQL.
//!
//! A test is a function of a [`Scratch`], a fresh database; `contract!` runs it on each kind.
//! What needs two nodes opens the scratch twice.

mod board;
mod connectors;
mod intake;
mod interfaces;
mod links;
mod looks;
mod outbox;
#[path = "../common/postgres.rs"]
mod postgres;
mod reading;
mod receipts;
mod reports;
mod schema;
mod scratch;
mod sealed;
mod silences;
mod turns;

/// Runs each function on a SQLite file, on SQLite in memory and on PostgreSQL.
macro_rules! contract {
    ($($module:ident::$name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $name() {
                crate::$module::$name(&crate::scratch::Scratch::sqlite()).await;
            })*
        }
        mod memory {
            $(#[tokio::test]
            async fn $name() {
                crate::$module::$name(&crate::scratch::Scratch::memory()).await;
            })*
        }
        mod postgresql {
            $(#[tokio::test]
            async fn $name() {
                crate::$module::$name(&crate::scratch::Scratch::postgres().await).await;
            })*
        }
    };
}

contract![
    intake::an_event_is_appended_once,
    intake::entries_are_chained_in_their_order,
    intake::an_append_makes_the_ticket_due,
    intake::an_earlier_look_is_not_put_off,
    intake::the_latest_contact_wins,
    intake::a_nul_is_refused,
    intake::refused_lines_are_kept,
    interfaces::requests_are_filtered,
    interfaces::a_call_is_answered_once,
    interfaces::lines_of_a_ticket_leave_in_order,
    connectors::a_position_moves_only_with_what_was_read,
    connectors::a_connector_refuses_a_row_once,
    connectors::what_was_seen_is_kept_by_connector,
    connectors::trouble_is_noted_until_it_is_over,
    looks::a_look_loads_what_is_due,
    looks::a_look_loads_only_news,
    looks::a_commit_writes_everything,
    looks::a_dropped_look_leaves_no_trace,
    looks::a_told_event_is_delivered_once,
    looks::a_key_is_written_once,
    looks::a_ticket_that_is_gone_fails_the_commit,
    looks::a_look_at_takes_only_what_is_named_and_due,
    looks::a_parked_ticket_waits_until_something_happens,
    looks::errors_say_whether_rows_are_to_blame,
    looks::serials_have_no_gaps,
    looks::each_issuer_counts_its_own_serials,
    looks::receipts_and_replies_are_kept,
    looks::the_ledger_of_a_ticket_is_written_anew,
    looks::a_withdrawn_slip_drops_its_waiting_messages,
    outbox::a_claim_hides_for_the_lease,
    outbox::a_claim_is_sorted_and_bounded,
    outbox::a_lost_lease_settles_nothing,
    outbox::outcomes_are_kept,
    outbox::a_held_message_was_no_attempt,
    outbox::an_offer_knows_what_happened_meanwhile,
    outbox::what_went_out_is_kept_even_of_a_withdrawn_slip,
    outbox::the_mailbox_keeps_a_message_once,
    turns::units_take_turns,
    turns::an_emergency_leaves_first_and_a_repetition_last,
    turns::a_storm_of_one_unit_does_not_hold_up_another,
    turns::what_was_held_stands_in_line_again,
    turns::a_day_has_so_many_sms,
    turns::a_word_about_a_ticket_is_remembered,
    silences::a_silence_is_kept_until_it_is_over_or_ended,
    receipts::a_receipt_counts_once,
    receipts::a_receipt_before_the_answer_waits,
    receipts::a_long_message_is_delivered_with_its_last_part,
    receipts::what_is_undelivered_goes_on_once,
    receipts::a_number_of_several_messages_is_of_the_right_one_or_of_none,
    receipts::a_receipt_of_another_address_is_of_no_message,
    receipts::a_reply_finds_what_was_asked,
    receipts::a_slip_knows_what_arrived,
    sealed::what_is_sealed_is_counted_by_its_key,
    sealed::a_contact_that_changes_meanwhile_keeps_its_change,
    links::a_link_is_answered_once,
    links::a_link_expires,
    links::tokens_work_until_revoked,
    reading::tickets_are_filtered_and_paged,
    reading::slips_are_filtered_and_paged,
    reading::flags_are_listed_and_raised_once,
    reading::a_page_holds_whole_journals,
    reading::a_whole_ticket_has_all_that_is_known_of_it,
    reading::policy_sets_are_kept_by_hash,
    reports::a_version_of_a_report_is_kept_once,
    reports::slips_of_a_period_stand_by_ticket,
    reports::messages_are_counted_by_person_and_quarter,
    reports::states_come_page_by_page,
    board::lines_follow_their_tickets,
    board::lines_are_filtered_ordered_and_paged,
    board::lines_are_counted_by_unit,
    board::lists_of_the_board_read_an_index,
    board::a_link_to_sign_in_opens_one_session,
    board::links_to_sign_in_are_few,
    board::a_session_ends,
    board::somebody_finds_their_messages,
    board::what_did_not_arrive_is_found,
    board::a_ledger_is_read_by_unit,
    board::tickets_from_before_the_board_are_looked_at,
    schema::migrating_twice_changes_nothing,
];

/// What needs several nodes on one database, or several threads.
macro_rules! nodes {
    ($($module:ident::$name:ident),* $(,)?) => {
        mod sqlite_nodes {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $name() {
                crate::$module::$name(&crate::scratch::Scratch::sqlite()).await;
            })*
        }
        mod postgresql_nodes {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $name() {
                crate::$module::$name(&crate::scratch::Scratch::postgres().await).await;
            })*
        }
    };
}

nodes![
    connectors::two_nodes_read_a_source_once,
    intake::two_nodes_append_to_the_same_tickets,
    looks::two_looks_take_disjoint_tickets,
    looks::concurrent_serials_have_no_gaps,
    outbox::two_claims_take_disjoint_messages,
    turns::two_nodes_share_the_sms_of_a_day,
    links::the_first_answer_wins,
    board::of_two_sign_ins_one_wins,
    schema::two_nodes_migrate_at_once,
];
