//! The supervisors' board: signing in, and who sees what.

mod pages;
mod sign_in;

use duban::{
    core::event::{Event, Kind},
    engine::Engine,
    intake::canon::canonical,
};
use serde_json::{Value, json};

use crate::house::{HOUR_MS, House, NOW, Reply};

/// City supervisor, who sees everything; deputy head of market regulation; head of urban management.
pub const SUPERVISOR: &str = "wang.er@example.gov.cn";
pub const MARKET: &str = "zheng.jiu@example.gov.cn";
pub const URBAN: &str = "wei.shisan@example.gov.cn";

/// Asks for a link to sign in.
pub async fn ask(house: &House, email: &str) -> Reply {
    let request = house.client.post(house.url("/board/sign-in?lang=en"));
    house.send(request.form(&[("email", email)])).await
}

/// The token in the mail that waits, if one does.
pub async fn mailed(house: &House) -> Option<String> {
    let offers = house.store.claim(1_000, HOUR_MS, NOW).await.expect("a claim");
    let offer = offers.into_iter().find(|offer| offer.message.template == "staff.sign_in")?;
    let plain = house.seal.unseal("", &offer.sealed.expect("a token")).expect("it opens");
    Some(String::from_utf8(plain).expect("a token is text"))
}

/// Presses the button on the page behind a link.
pub async fn enter(house: &House, token: &str) -> Reply {
    house.send(house.client.post(house.url(&format!("/board/in/{token}?lang=en")))).await
}

/// Signs somebody in; the cookie of the session.
pub async fn sign_in(house: &House, email: &str) -> String {
    assert_eq!(ask(house, email).await.status, 200, "{email}");
    let token = mailed(house).await.expect("a mail waits");
    let reply = enter(house, &token).await;
    assert_eq!((reply.status, reply.header("location")), (303, "/board"), "{email}");
    reply.header("set-cookie").split(';').next().expect("a cookie").to_owned()
}

/// A page, as whoever has this cookie and reads English.
pub async fn page(house: &House, cookie: &str, path: &str) -> Reply {
    let request = house.client.get(house.url(path)).header("cookie", cookie);
    house.send(request.header("accept-language", "en")).await
}

/// Sends a form.
pub async fn post(house: &House, cookie: &str, path: &str, form: &[(&str, &str)]) -> Reply {
    let request = house.client.post(house.url(path)).header("cookie", cookie);
    house.send(request.header("accept-language", "en").form(form)).await
}

/// What a page has in its hidden field.
pub fn form_token(page: &Reply) -> String {
    let mark = "name=\"form\" value=\"";
    let at = page.body.find(mark).expect("a form") + mark.len();
    page.body[at..].split('"').next().expect("its value").to_owned()
}

/// Tickets of two units that the engine has looked at: W1 overdue and red, W2 young.
pub async fn two_tickets(house: &House) {
    dispatched(house, "W1", "cx-scjg", 30 * 24).await;
    dispatched(house, "W2", "cx-cgj", 3).await;
}

/// A ticket that came and was dispatched so many hours ago.
pub async fn dispatched(house: &House, no: &str, unit: &str, hours: i64) {
    let at = NOW.plus_ms(-hours * HOUR_MS);
    let mut received = Event::new(no, Kind::Received, at);
    received.data.insert("contact".to_owned(), json!({ "phone": "13800138000" }));
    let mut sent = Event::new(no, Kind::Dispatched, at.plus_ms(60_000));
    sent.unit = Some(unit.to_owned());
    tell(house, [received, sent]).await;
}

/// Puts events into journals and lets the engine look.
pub async fn tell(house: &House, events: impl IntoIterator<Item = Event>) {
    let entry = |event| canonical(event, &house.seal, NOW).expect("a good event");
    let entries: Vec<_> = events.into_iter().map(entry).collect();
    house.store.append(&entries, NOW).await.expect("appended");
    look(house).await;
}

pub async fn look(house: &House) {
    let rules = std::sync::Arc::clone(&house.rules);
    let engine = Engine::new(house.store.clone(), rules, house.seal.clone(), 100);
    engine.run_until_idle(NOW).await.expect("the engine looks");
}

/// The events of a kind in the journal of a ticket.
pub async fn heard(house: &House, no: &str, kind: &str) -> Vec<Value> {
    let journal = house.journal(no).await;
    journal.into_iter().filter(|(one, _)| one == kind).map(|(_, body)| body).collect()
}
