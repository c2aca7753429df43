//! The loops: look or send while something is due, then sleep until the next or a knock.
//!
//! A loop registers for its knock before it looks, so that none is lost, and never sleeps
//! longer than `[engine] poll`: a jump of the wall clock is seen within that.

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, sleep, timeout};

use super::{DaemonError, House, systemd};
use crate::{
    core::timestamp::Timestamp, dispatch::Dispatch, engine::Engine, hooks::Hooks,
    schedule::Scheduler, store::StoreError,
};

/// Rest after an error of the store, so that a database that is down is not hammered.
const ERROR_REST: Duration = Duration::from_secs(1);
/// Calendars without data for the coming months are warned about.
const HORIZON_MS: i64 = 120 * 24 * 3_600_000;
const UPKEEP: Duration = Duration::from_secs(5);

/// Looks at due tickets. Feeds the watchdog: an engine that hangs is started again.
pub async fn engine(house: Arc<House>, engine: Engine) -> Result<(), DaemonError> {
    while !house.stop.is_cancelled() {
        let knocked = house.knock.notified();
        let next = match look(&house, &engine).await {
            Ok(next) => next,
            Err(error) => {
                metrics::counter!("duban_engine_errors_total").increment(1);
                tracing::error!(%error, "the engine could not look; it tries again");
                sleep(ERROR_REST).await;
                continue;
            }
        };
        house.health.cycled();
        systemd::watchdog();
        rest(&house, knocked, next).await;
    }
    Ok(())
}

async fn look(
    house: &House,
    engine: &Engine,
) -> Result<Option<Timestamp>, crate::engine::EngineError> {
    let began = Instant::now();
    loop {
        let looked = engine.run_once(house.wall.now()).await?;
        if looked.is_idle() {
            break;
        }
        if looked.messages > 0 {
            house.mail_knock.notify_one();
        }
        if looked.hooks > 0 {
            house.hook_knock.notify_one();
        }
        metrics::counter!("duban_tickets_looked_at_total").increment(looked.tickets as u64);
        metrics::counter!("duban_slips_total").increment(looked.slips as u64);
        metrics::counter!("duban_slips_withdrawn_total").increment(looked.withdrawn as u64);
        metrics::counter!("duban_messages_total").increment(looked.messages as u64);
        metrics::counter!("duban_alarms_total").increment(looked.alarms as u64);
        metrics::counter!("duban_tickets_parked_total").increment(looked.parked as u64);
        if looked.alarms > 0 {
            tracing::error!(
                alarms = looked.alarms,
                "roles without anybody in them; `duban explain` of the ticket names them"
            );
        }
        house.health.cycled();
        systemd::watchdog();
        if house.stop.is_cancelled() {
            break;
        }
    }
    metrics::histogram!("duban_engine_cycle_seconds").record(began.elapsed().as_secs_f64());
    Ok(house.store.next_look().await?)
}

/// Sends what waits.
pub async fn dispatch(house: Arc<House>, dispatch: Dispatch) -> Result<(), DaemonError> {
    while !house.stop.is_cancelled() {
        let knocked = house.mail_knock.notified();
        let next = match send(&house, &dispatch).await {
            Ok(next) => next,
            Err(error) => {
                metrics::counter!("duban_dispatch_errors_total").increment(1);
                tracing::error!(%error, "the dispatch could not go on; it tries again");
                sleep(ERROR_REST).await;
                continue;
            }
        };
        rest(&house, knocked, next).await;
    }
    Ok(())
}

async fn send(house: &House, dispatch: &Dispatch) -> Result<Option<Timestamp>, StoreError> {
    while !house.stop.is_cancelled() {
        let done = dispatch.run_once(house.wall.now()).await?;
        house.health.channels_down(dispatch.down());
        if done.claimed == 0 {
            break;
        }
        let outcomes = [
            ("sent", done.sent),
            ("retried", done.retried),
            ("given_up", done.given_up),
            ("dropped", done.dropped),
            ("held", done.held),
            ("overtaken", done.overtaken),
        ];
        for (outcome, count) in outcomes {
            metrics::counter!("duban_dispatched_total", "outcome" => outcome)
                .increment(count as u64);
        }
        if done.given_up > 0 {
            tracing::error!(
                given_up = done.given_up,
                "messages were given up; `duban explain` says why"
            );
        }
    }
    house.store.next_offer().await
}

/// Tells other systems what they asked for.
pub async fn hooks(house: Arc<House>, hooks: Hooks) -> Result<(), DaemonError> {
    while !house.stop.is_cancelled() {
        let knocked = house.hook_knock.notified();
        let next = match tell(&house, &hooks).await {
            Ok(next) => next,
            Err(error) => {
                metrics::counter!("duban_hook_errors_total").increment(1);
                tracing::error!(%error, "other systems could not be told; it is tried again");
                sleep(ERROR_REST).await;
                continue;
            }
        };
        rest(&house, knocked, next).await;
    }
    Ok(())
}

async fn tell(house: &House, hooks: &Hooks) -> Result<Option<Timestamp>, StoreError> {
    while !house.stop.is_cancelled() {
        let done = hooks.run_once(house.wall.now()).await?;
        if done.claimed == 0 {
            break;
        }
        let outcomes =
            [("told", done.told), ("retried", done.retried), ("given_up", done.given_up)];
        for (outcome, count) in outcomes {
            metrics::counter!("duban_hooks_total", "outcome" => outcome).increment(count as u64);
        }
        if done.given_up > 0 {
            tracing::error!(
                given_up = done.given_up,
                "journal lines were given up; the receiver refuses them or was away too long"
            );
        }
    }
    house.store.hooks_next().await
}

/// Sends on what was not delivered, when its time is over or a receipt says so.
pub async fn fallback(house: Arc<House>, dispatch: Dispatch) -> Result<(), DaemonError> {
    while !house.stop.is_cancelled() {
        let knocked = house.receipt_knock.notified();
        let next = match fall_back(&house, &dispatch).await {
            Ok(next) => next,
            Err(error) => {
                metrics::counter!("duban_fallback_errors_total").increment(1);
                tracing::error!(%error, "what was not delivered could not be sent on; it is tried again");
                sleep(ERROR_REST).await;
                continue;
            }
        };
        rest(&house, knocked, next).await;
    }
    Ok(())
}

async fn fall_back(house: &House, dispatch: &Dispatch) -> Result<Option<Timestamp>, StoreError> {
    let done = dispatch.fall_back(house.wall.now()).await?;
    metrics::counter!("duban_receipts_total").increment(done.matched as u64);
    metrics::counter!("duban_fell_back_total").increment(done.went_on as u64);
    metrics::counter!("duban_reached_nobody_total").increment(done.nobody as u64);
    if done.went_on > 0 {
        house.mail_knock.notify_one();
    }
    if done.nobody > 0 {
        tracing::error!(
            nobody = done.nobody,
            "messages that did not arrive have nobody left to go to; `duban explain` says whose"
        );
    }
    house.store.next_receipt_due().await
}

/// Does what schedules ask for, whenever an agenda has noted that a period has come.
pub async fn schedules(house: Arc<House>, scheduler: Scheduler) -> Result<(), DaemonError> {
    let mut under = String::new();
    while !house.stop.is_cancelled() {
        let now = house.wall.now();
        let set = Arc::clone(&house.rules.load().current);
        let done = async {
            if under != set.hash {
                scheduler.begin(now).await?;
                under.clone_from(&set.hash);
                house.knock.notify_one();
            }
            scheduler.run_once(now).await
        };
        match done.await {
            Ok(0) => {}
            Ok(periods) => {
                metrics::counter!("duban_periods_total").increment(periods as u64);
                house.knock.notify_one();
                house.mail_knock.notify_one();
            }
            Err(error) => {
                metrics::counter!("duban_schedule_errors_total").increment(1);
                tracing::error!(%error, "a schedule could not be done; it is tried again");
            }
        }
        tokio::select! {
            () = sleep(house.config.engine.poll) => {}
            () = house.stop.cancelled() => {}
        }
    }
    Ok(())
}

/// Sleeps until `next`, a knock, the longest sleep or the stop, whichever is first.
async fn rest(house: &House, knocked: impl Future<Output = ()>, next: Option<Timestamp>) {
    let poll = house.config.engine.poll;
    let span = next.map_or(poll, |next| house.wall.until(next).min(poll));
    tokio::select! {
        () = knocked => {}
        () = sleep(span) => {}
        () = house.stop.cancelled() => {}
    }
}

/// Knocks of other nodes: events they took in, and messages they wrote.
pub async fn knocks(house: Arc<House>) -> Result<(), DaemonError> {
    while !house.stop.is_cancelled() {
        match house.store.listen().await {
            Ok(None) => house.stop.cancelled().await,
            Ok(Some(mut knocks)) => loop {
                tokio::select! {
                    knocked = knocks.next() => match knocked {
                        Ok(()) => {
                            house.knock.notify_one();
                            house.mail_knock.notify_one();
                            house.hook_knock.notify_one();
                        }
                        Err(error) => {
                            tracing::warn!(%error, "knocks of other nodes are not heard; polling goes on");
                            break;
                        }
                    },
                    () = house.stop.cancelled() => break,
                }
            },
            Err(error) => {
                tracing::warn!(%error, "knocks of other nodes are not heard; polling goes on");
            }
        }
        tokio::select! {
            () = sleep(ERROR_REST) => {}
            () = house.stop.cancelled() => {}
        }
    }
    Ok(())
}

/// What is worth a look now and then: metrics upkeep always, the calendar's horizon when knocked.
pub async fn housekeeping(house: Arc<House>) -> Result<(), DaemonError> {
    horizon(&house);
    while !house.stop.is_cancelled() {
        let knocked = tokio::select! {
            knocked = timeout(UPKEEP, house.tidy_knock.notified()) => knocked.is_ok(),
            () = house.stop.cancelled() => false,
        };
        if let Some(metrics) = &house.metrics {
            metrics.run_upkeep();
        }
        if knocked {
            horizon(&house);
        }
    }
    Ok(())
}

/// Says months ahead which years have no holiday data.
fn horizon(house: &House) {
    let rules = house.rules.load();
    let calendar = &rules.current.calendar;
    let now = house.wall.now();
    let (from, to) = (calendar.date_of(now), calendar.date_of(now.plus_ms(HORIZON_MS)));
    let missing = calendar.years_missing(from.year(), to.year());
    metrics::gauge!("duban_calendar_years_missing").set(missing.len() as f64);
    for year in missing {
        tracing::warn!(year, "a year ahead has no holiday data; only weekends count as rest in it");
    }
}
