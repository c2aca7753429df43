//! Who sees what, and what the pages say.

use super::{MARKET, SUPERVISOR, URBAN, dispatched, page, sign_in, two_tickets};
use crate::house::{Wish, house};

/// Every page, with W1 of market regulation in it where a page is about one thing.
const PAGES: [&str; 12] = [
    "/board",
    "/board/tickets",
    "/board/tickets?unit=cx-scjg&order=oldest",
    "/board/tickets?q=W1",
    "/board/t/W1",
    "/board/search?q=W1",
    "/board/trouble",
    "/board/u/cx-scjg",
    "/board/p/p11",
    "/board/ledger",
    "/board/ledger?state=all",
    "/board/silences",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_reads_the_board_unless_signed_in() {
    let house = house(Wish::default()).await;
    two_tickets(&house).await;
    for path in PAGES.into_iter().chain(["/board/live"]) {
        for cookie in ["", "duban=", "duban=guessed", "__Host-duban=x; other=y"] {
            let reply = page(&house, cookie, path).await;
            assert_eq!((reply.status, reply.header("location")), (303, "/board/sign-in"), "{path}");
            assert!(reply.body.is_empty(), "{path} says nothing");
        }
    }
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_sees_only_their_own_units() {
    let house = house(Wish::default()).await;
    two_tickets(&house).await;
    let (all, market, urban) = (
        sign_in(&house, SUPERVISOR).await,
        sign_in(&house, MARKET).await,
        sign_in(&house, URBAN).await,
    );
    for path in PAGES {
        let theirs = page(&house, &urban, path).await;
        assert!(!theirs.body.contains("/board/t/W1"), "{path}: {}", theirs.body);
        assert!(theirs.header("location") != "/board/t/W1", "{path}");
    }
    for hidden in ["/board/t/W1", "/board/u/cx-scjg", "/board/u/cx", "/board/p/p11", "/board/u/x"] {
        assert_eq!(page(&house, &urban, hidden).await.status, 404, "{hidden}");
        let above = page(&house, &all, hidden).await.status;
        assert_eq!(above == 200, hidden != "/board/u/x", "{hidden}");
    }
    assert_eq!(page(&house, &urban, "/board/p/p13").await.status, 200, "their own page");
    let unknown = page(&house, &urban, "/board/t/W9").await;
    assert_eq!(
        page(&house, &urban, "/board/t/W1").await.body,
        unknown.body,
        "not even that it is there"
    );
    for (cookie, sees, hidden) in [(&market, "W1", "W2"), (&urban, "W2", "W1")] {
        let list = page(&house, cookie, "/board/tickets").await.body;
        assert!(list.contains(&format!("/board/t/{sees}")) && !list.contains(hidden), "{sees}");
        assert_eq!(page(&house, cookie, &format!("/board/t/{sees}")).await.status, 200);
        let overview = page(&house, cookie, "/board").await.body;
        assert!(overview.contains("id=\"n-open\">1<"), "{sees}: counts are of their own units");
    }
    let list = page(&house, &all, "/board/tickets").await.body;
    assert!(list.contains("/board/t/W1") && list.contains("/board/t/W2"), "the top sees all");
    assert!(page(&house, &all, "/board").await.body.contains("id=\"n-open\">2<"));
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_are_filtered_and_paged() {
    let house = house(Wish::default()).await;
    two_tickets(&house).await;
    let cookie = sign_in(&house, SUPERVISOR).await;
    #[rustfmt::skip]
    let table = [
        // filter                       W1     W2
        ("",                            true,  true),
        ("?due=overdue",                true,  false),
        ("?colour=red",                 true,  false),
        ("?colour=none",                false, true),
        ("?state=running",              true,  true),
        ("?state=paused",               false, false),
        ("?unit=cx",                    true,  true),
        ("?unit=cx-cgj",                false, true),
        ("?q=w2",                       false, true),
        ("?q=%25",                      false, false),
        ("?policy=no_such",             false, false),
        ("?after=garbage&due=x&order=y", true, true),
    ];
    for (filter, one, two) in table {
        let list = page(&house, &cookie, &format!("/board/tickets{filter}")).await.body;
        let has = |no: &str| list.contains(&format!("/board/t/{no}\""));
        assert_eq!((has("W1"), has("W2")), (one, two), "{filter}");
    }
    for n in 0..60 {
        dispatched(&house, &format!("N{n:02}"), "cx-xhl", 1).await;
    }
    let first = page(&house, &cookie, "/board/tickets?unit=cx-xhl").await.body;
    let at = first.find("rel=\"next\"").expect("a next page");
    let link = &first[first[..at].rfind("href=\"").expect("an address") + 6..at];
    let link = link.split('"').next().expect("its end").replace("&#38;", "&").replace("&amp;", "&");
    let second = page(&house, &cookie, &link).await.body;
    let on = |page: &str| (0..60).filter(|n| page.contains(&format!("/board/t/N{n:02}\""))).count();
    assert_eq!((on(&first), on(&second)), (50, 10), "{link}");
    assert!(!second.contains("rel=\"next\"") && second.contains("First page"));
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_shows_its_timeline() {
    let house = house(Wish::default()).await;
    two_tickets(&house).await;
    let cookie = sign_in(&house, SUPERVISOR).await;
    let ticket = page(&house, &cookie, "/board/t/W1").await;
    for says in [
        "<svg class=\"timeline\"",
        "class=\"open\"",
        "class=\"due\"",
        "mark slip red",
        "now</text>",
        "dispatched",
    ] {
        assert!(ticket.body.contains(says), "{says}");
    }
    assert!(!ticket.body.contains("13800138000"), "no numbers of residents");
    assert!(!ticket.body.contains(" style="), "a style the policy would drop");
    let policy = ticket.header("content-security-policy");
    assert!(policy.contains("script-src 'self';") && !policy.contains("unsafe"), "{policy}");
    let zh = house.client.get(house.url("/board/t/W1")).header("cookie", &cookie);
    let zh = house.send(zh.header("accept-language", "zh-CN")).await.body;
    assert!(zh.contains("时间轴") && zh.contains("城西区市场监管局"));
    assert_eq!(page(&house, &cookie, "/board/search?q=W1").await.header("location"), "/board/t/W1");
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_channel_that_is_down_is_told_on_the_overview() {
    let house = house(Wish::default()).await;
    let cookie = sign_in(&house, SUPERVISOR).await;
    assert!(!page(&house, &cookie, "/board").await.body.contains("Channels are down"));
    house.health.channels_down(vec!["text".to_owned()]);
    let overview = page(&house, &cookie, "/board").await;
    assert!(overview.body.contains("Channels are down and their messages wait: text"));
    house.stop().await;
}
