//! Speaking to the ledger from the board.

use super::{MARKET, SUPERVISOR, URBAN, form_token, heard, look, page, post, sign_in, two_tickets};
use crate::house::{House, Reply, Wish, house};

/// What a form on the page of a ticket brings along.
fn hidden(page: &Reply, name: &str) -> String {
    let mark = format!("name=\"{name}\" value=\"");
    let at = page.body.find(&mark).expect("a form") + mark.len();
    page.body[at..].split('"').next().expect("its value").to_owned()
}

async fn tell(house: &House, cookie: &str, no: &str, fields: &[(&str, &str)]) -> Reply {
    let path = format!("/board/t/{no}");
    let shown = page(house, cookie, &path).await;
    let (form, once) = (form_token(&shown), hidden(&shown, "once"));
    let own = [("form", form.as_str()), ("once", once.as_str())];
    let fields: Vec<(&str, &str)> = own.into_iter().chain(fields.iter().copied()).collect();
    let reply = post(house, cookie, &format!("{path}/ledger"), &fields).await;
    // Sent twice, as by an impatient finger.
    post(house, cookie, &format!("{path}/ledger"), &fields).await;
    look(house).await;
    reply
}

/// A name, who does it, the form, and the answer.
type Deed<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], u16);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_matter_is_admitted_and_reviewed() {
    let house = house(Wish::default()).await;
    two_tickets(&house).await;
    let (all, urban) = (sign_in(&house, SUPERVISOR).await, sign_in(&house, URBAN).await);
    let admit = [
        ("do", "admit"),
        ("role", "city_sup"),
        ("reason", "历史遗留"),
        ("plan", "分三期，年底前完成"),
    ];
    let reply = tell(&house, &all, "W1", &admit).await;
    assert_eq!((reply.status, reply.header("location")), (303, "/board/t/W1?told=yes#ledger"));
    let said = heard(&house, "W1", "hung").await;
    assert_eq!(said.len(), 1, "sent twice, it counts once");
    assert_eq!((&said[0]["by"], &said[0]["data"]["approver"]), (&"p02".into(), &"city_sup".into()));
    let ledger = page(&house, &all, "/board/ledger").await.body;
    assert!(ledger.contains("/board/t/W1#ledger") && ledger.contains("历史遗留"), "{ledger}");
    assert!(!page(&house, &urban, "/board/ledger").await.body.contains("W1"));
    let list = page(&house, &all, "/board/tickets?state=hung").await.body;
    assert!(list.contains("/board/t/W1\""), "the list says so too");

    tell(&house, &all, "W1", &[("do", "review"), ("note", "资金已列入预算")]).await;
    assert_eq!(heard(&house, "W1", "reviewed").await[0]["data"]["note"], "资金已列入预算");
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_speaks_in_a_role_they_do_not_hold() {
    let house = house(Wish::default()).await;
    two_tickets(&house).await;
    let (market, urban) = (sign_in(&house, MARKET).await, sign_in(&house, URBAN).await);
    let shown = page(&house, &market, "/board/t/W1").await;
    assert!(
        shown.body.contains("value=\"deputy_head\"") && !shown.body.contains("value=\"city_sup\"")
    );
    let (form, once) = (form_token(&shown), hidden(&shown, "once"));
    let theirs = form_token(&page(&house, &urban, "/board").await);
    let once = once.as_str();
    #[rustfmt::skip]
    let table: [Deed<'_>; 6] = [
        ("a role of somebody else", &market, &[("form", &form), ("once", once), ("do", "admit"), ("role", "city_sup")], 403),
        ("no token",                &market, &[("once", once), ("do", "admit")],                                    403),
        ("a wrong token",           &market, &[("form", &theirs), ("once", once), ("do", "admit")],                 403),
        ("another deed",            &market, &[("form", &form), ("once", once), ("do", "close")],                   403),
        ("without its mark",        &market, &[("form", &form), ("do", "admit")],                                   403),
        ("a ticket of others",      &urban,  &[("form", &theirs), ("once", once), ("do", "admit")],                 404),
    ];
    for (name, cookie, fields, status) in table {
        let reply = post(&house, cookie, "/board/t/W1/ledger", fields).await;
        assert_eq!(reply.status, status, "{name}: {}", reply.body);
    }
    let out = post(&house, "", "/board/t/W1/ledger", &[("form", &form), ("do", "admit")]).await;
    assert_eq!((out.status, out.header("location")), (303, "/board/sign-in"));
    look(&house).await;
    assert_eq!(heard(&house, "W1", "hung").await.len(), 0);
    house.stop().await;
}
