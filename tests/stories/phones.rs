//! Fake phones that fail: a gateway that says no, says later, or says nothing at all.
//!
//! Only stories with a `phone` line have one; everywhere else letters lie in the mailbox.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    routing::post,
};
use serde_json::Value;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::language::Trouble;

/// A letter that arrived at a phone.
#[derive(Clone, Debug)]
pub struct Arrived {
    pub message_id: String,
    pub way: String,
    pub to: String,
    pub text: String,
    pub links: Vec<String>,
}

/// What does not work now: a number (everybody's if none), a way, and how.
type Troubles = Vec<(Option<String>, String, Trouble)>;

#[derive(Default)]
struct Shelf {
    troubles: Troubles,
    arrived: Vec<Arrived>,
}

/// The gateway behind the phones of one story.
pub struct Phones {
    shelf: Arc<Mutex<Shelf>>,
    port: u16,
    served: JoinHandle<()>,
}

impl Phones {
    pub async fn start() -> Self {
        let shelf = Arc::new(Mutex::new(Shelf::default()));
        let router = Router::new().route("/{way}", post(take)).with_state(Arc::clone(&shelf));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        let served = tokio::spawn(async move {
            axum::serve(listener, router).await.expect("it serves until it is dropped");
        });
        Self { shelf, port, served }
    }

    /// The channel of a way, as duban.toml says it.
    pub fn channel(&self, way: &str) -> String {
        format!(
            "[[channel]]\nname = '{way}'\nkind = 'http_sms'\nurl = 'http://127.0.0.1:{}/{way}'\n\
             body = '{{\"to\": {{{{ to }}}}, \"text\": {{{{ text }}}}, \"id\": {{{{ id }}}}}}'\n",
            self.port
        )
    }

    /// From now on this phone (or every phone) behaves like this.
    pub fn set(&self, number: Option<String>, way: &str, how: Trouble) {
        let mut shelf = self.shelf.lock().expect("nobody panics with the lock");
        shelf.troubles.retain(|(whose, of, _)| (whose, of.as_str()) != (&number, way));
        if how != Trouble::Works {
            shelf.troubles.push((number, way.to_owned(), how));
        }
    }

    /// Everything that arrived since the last time.
    pub fn take(&self) -> Vec<Arrived> {
        std::mem::take(&mut self.shelf.lock().expect("nobody panics with the lock").arrived)
    }
}

impl Drop for Phones {
    fn drop(&mut self) {
        self.served.abort();
    }
}

async fn take(
    State(shelf): State<Arc<Mutex<Shelf>>>,
    Path(way): Path<String>,
    Json(said): Json<Value>,
) -> (StatusCode, &'static str) {
    let text = |key: &str| said[key].as_str().unwrap_or_default().to_owned();
    let how = {
        let mut shelf = shelf.lock().expect("nobody panics with the lock");
        let to = text("to");
        let is_his = |whose: &Option<String>| whose.as_ref().is_none_or(|whose| *whose == to);
        let found = shelf.troubles.iter().find(|(whose, of, _)| *of == way && is_his(whose));
        let how = found.map_or(Trouble::Works, |(_, _, how)| *how);
        if how == Trouble::Works {
            let (message_id, text) = (text("id"), text("text"));
            let links = links(&text);
            shelf.arrived.push(Arrived { message_id, way, to, text, links });
        }
        how
    };
    match how {
        Trouble::Works => (StatusCode::OK, "taken"),
        Trouble::Down => (StatusCode::SERVICE_UNAVAILABLE, "down"),
        Trouble::Refuses => (StatusCode::BAD_REQUEST, "refused"),
        Trouble::Hangs => std::future::pending().await,
    }
}

fn links(text: &str) -> Vec<String> {
    let starts = text.match_indices("/r/").chain(text.match_indices("/a/"));
    starts
        .map(|(at, _)| {
            let end = text[at..].find(|c: char| c.is_whitespace() || !c.is_ascii());
            format!("http://story.test{}", &text[at..end.map_or(text.len(), |end| at + end)])
        })
        .collect()
}
