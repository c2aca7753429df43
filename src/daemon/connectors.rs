//! Connectors that look by themselves: a task for each, which looks, rests and looks again.

use std::sync::Arc;

use tokio::time::sleep;

use super::{DaemonError, House, Tasks, named};
use crate::connector::{ConnectorError, Hands};

/// A task for each connector that polls.
pub fn spawn(tasks: &mut Tasks, house: &Arc<House>) {
    for nth in 0..house.connectors.len() {
        if house.connectors[nth].polls() {
            tasks.spawn(named("connector", run(Arc::clone(house), nth)));
        }
    }
}

async fn run(house: Arc<House>, nth: usize) -> Result<(), DaemonError> {
    let connector = &house.connectors[nth];
    while !house.stop.is_cancelled() {
        let rules = house.rules.load_full();
        let hands = Hands {
            store: &house.store,
            rules: &rules,
            seal: &house.seal,
            wall: house.wall,
            stop: &house.stop,
        };
        match connector.pass(&hands).await {
            Ok(tally) if tally.accepted > 0 => house.knock.notify_one(),
            Err(ConnectorError::Store(error)) => {
                tracing::error!(connector = connector.name(), %error, "a connector could not write");
            }
            // What else went wrong is noted and told already.
            Ok(_) | Err(_) => {}
        }
        tokio::select! {
            () = sleep(connector.config.every) => {}
            () = house.stop.cancelled() => {}
        }
    }
    Ok(())
}
