//! Feeds the events of a demonstration as the wall reaches them.

use std::sync::Arc;

use tokio::time::sleep;

use super::{DaemonError, House};
use crate::{
    core::event::Event,
    intake::{canon::canonical, queue::Queue},
};

/// Puts each event into the queue when its time has come; after the last one it waits for the stop.
pub async fn run(
    house: Arc<House>,
    queue: Queue,
    mut events: Vec<Event>,
) -> Result<(), DaemonError> {
    events.sort_by_key(|event| event.at);
    let mut events = events.into_iter().peekable();
    while let Some(next) = events.peek().map(|event| event.at) {
        tokio::select! {
            () = sleep(house.wall.until(next)) => {}
            () = house.stop.cancelled() => return Ok(()),
        }
        let now = house.wall.now();
        let mut entries = Vec::new();
        while let Some(event) = events.next_if(|event| event.at <= now) {
            let mut event = event;
            house.rules.load().attest(&mut event);
            match canonical(event, &house.seal, now) {
                Ok(entry) => entries.push(entry),
                Err(refusal) => {
                    tracing::warn!(%refusal, "an event of the demonstration is not good");
                }
            }
        }
        match queue.slot() {
            Ok(slot) => {
                if let Err(error) = slot.append(entries, Vec::new()).await {
                    tracing::warn!(%error, "events of the demonstration were not taken in");
                }
            }
            Err(error) => tracing::warn!(%error, "events of the demonstration were not taken in"),
        }
    }
    drop(queue);
    house.stop.cancelled().await;
    Ok(())
}
