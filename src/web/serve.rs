//! The accept loop: every connection has a slot, every head a time limit, every stop a bound.
//!
//! `axum::serve` sets no timer for request heads and waits for open connections for ever.

use std::{pin::pin, sync::Arc, time::Duration};

use axum::{Extension, Router};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use super::address::Peer;
use crate::config::WebConfig;

/// The longest a request head may be.
const HEAD_BYTES_MAX: usize = 32 * 1024;
/// A connection is closed at the next pause after this long, so that slots come back from
/// clients that never read.
const CONNECTION_AGE_MAX: Duration = Duration::from_mins(10);
/// What an aged or stopped connection gets to finish the request it is in.
const FINISH_MAX: Duration = Duration::from_secs(10);
/// Rest after a failed accept: most likely the process is out of file descriptors.
const ACCEPT_REST: Duration = Duration::from_millis(50);

/// Why the web stopped before it was told to.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error("the slots of connections are gone")]
    Slots,
}

/// A slot that lives as long as the connection and every request that came through it.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    _permit: Arc<OwnedSemaphorePermit>,
}

/// Serves until `stop`, then waits (for a bounded time) for what has begun.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    web: &WebConfig,
    stop: CancellationToken,
) -> Result<(), ServeError> {
    let slots = Arc::new(Semaphore::new(web.connections_max));
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(web.header_timeout)
        .max_buf_size(HEAD_BYTES_MAX);

    loop {
        let permit = tokio::select! {
            permit = Arc::clone(&slots).acquire_owned() => permit.map_err(|_| ServeError::Slots)?,
            () = stop.cancelled() => break,
        };
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "could not accept a connection");
                    tokio::time::sleep(ACCEPT_REST).await;
                    continue;
                }
            },
            () = stop.cancelled() => break,
        };
        let slot = Slot { _permit: Arc::new(permit) };
        let router = router.clone().layer(Extension(Peer(peer))).layer(Extension(slot.clone()));
        tokio::spawn(converse(builder.clone(), stream, router, slot, stop.clone()));
    }

    drop(listener);
    let all = u32::try_from(web.connections_max).unwrap_or(u32::MAX);
    let finished = timeout(FINISH_MAX + web.request_timeout, slots.acquire_many(all)).await;
    if finished.is_err() {
        tracing::warn!("stopped with connections still open");
    }
    Ok(())
}

/// One connection, from its first byte to its last.
async fn converse(
    builder: Builder<TokioExecutor>,
    stream: TcpStream,
    router: Router,
    slot: Slot,
    stop: CancellationToken,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection without TCP_NODELAY");
    }
    let service = TowerToHyperService::new(router);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        () = stop.cancelled() => None,
        () = tokio::time::sleep(CONNECTION_AGE_MAX) => None,
    };
    let ended = if let Some(ended) = ended {
        Ok(ended)
    } else {
        connection.as_mut().graceful_shutdown();
        timeout(FINISH_MAX, connection).await
    };
    match ended {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "a connection broke off"),
        Err(_) => tracing::debug!("a connection was cut while it was being closed"),
    }
    drop(slot);
}
