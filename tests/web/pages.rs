//! The mailbox, the demonstration, health.

use crate::house::{Wish, house};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_page_forbids_scripts() {
    let house = house(Wish::default()).await;
    let token = house.link("W1", 24).await;
    house.mail("m1", "mailbox", "黄色催办单 W1", "工单W1到期", "").await;
    let rating = format!("/r/{token}");
    for path in [
        "/",
        "/mailbox",
        "/demo",
        "/t/W1",
        "/nowhere",
        "/assets/duban.css",
        "/api/v1/slips",
        &rating,
    ] {
        let reply = house.get(path).await;
        let policy = reply.header("content-security-policy");
        assert!(policy.contains("default-src 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe-inline"), "{path}: {policy}");
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(reply.header("referrer-policy"), "no-referrer", "{path}");
        let is_asset = path.starts_with("/assets");
        assert_eq!(reply.header("cache-control") == "no-store", !is_asset, "{path}");
        assert!(!reply.body.contains(" style="), "{path}: a style the policy would drop");
    }
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_mailbox_shows_what_would_have_been_sent() {
    let house = house(Wish::default()).await;
    house
        .mail("m1", "sms", "", "请到 http://x.example/r/abc 评价 <b>", "http://x.example/r/abc")
        .await;
    house.mail("m2", "mailbox", "红色督办单 W7", "工单W7超期", "").await;
    let page = house.get("/mailbox").await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("<a href=\"http://x.example/r/abc\""), "links can be clicked");
    assert!(page.body.contains("&#60;b&#62;"), "texts are harmless");
    assert!(page.body.contains("class=\"mail red\""), "the colour of the slip");
    let (new, old) = (page.body.find("W7"), page.body.find("x.example"));
    assert!(new < old, "newest first");

    let only = house.get("/mailbox?ticket=W7").await.body;
    assert!(only.contains("红色督办单") && !only.contains("x.example"));
    let only = house.get("/mailbox?channel=sms").await.body;
    assert!(!only.contains("红色督办单") && only.contains("x.example"));

    let json = house.get("/mailbox.json").await.json();
    assert_eq!(json[0]["subject"], "红色督办单 W7");
    assert_eq!(json[1]["links"][0], "http://x.example/r/abc");
    assert_eq!(json[1]["channel"], "sms");
    assert_eq!(json[1]["to"], "13800000000");

    let at = page.body.find("/html\"").expect("an HTML view");
    let path = &page.body[page.body[..at].rfind('"').expect("a quote") + 1..at + 5];
    let html = house.get(path).await;
    assert!(html.body.contains("工单W7超期"));
    assert!(html.header("content-security-policy").starts_with("sandbox"), "it runs nothing");
    assert_eq!(house.get("/mailbox/0000000000000000/html").await.status, 404);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_configured_is_not_there() {
    let house = house(Wish { mailbox: false, demo: false, ..Wish::default() }).await;
    house.ticket("W1").await;
    for path in ["/mailbox", "/mailbox.json", "/demo", "/t/W1"] {
        assert_eq!(house.get(path).await.status, 404, "{path}");
    }
    let start = house.get("/").await.body;
    assert!(!start.contains("/mailbox") && !start.contains("/demo"));
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demonstration_shows_slips_and_stories() {
    let house = house(Wish::default()).await;
    house.slip("W/1 2", "yellow", 0).await;
    let overview = house.get("/demo").await.body;
    assert!(overview.contains("黄色催办单") && overview.contains("badge yellow"));
    assert!(overview.contains("href=\"/t/W%2F1%202\""), "links survive strange numbers");
    assert!(overview.contains("http-equiv=\"refresh\""));
    assert!(!house.get("/demo?live=no").await.body.contains("http-equiv"));
    let story = house.get("/t/W%2F1%202").await;
    assert_eq!(story.status, 200);
    assert!(story.body.contains("received"));
    assert_eq!(house.get("/t/W9").await.status, 404);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ready_means_store_and_engine() {
    let house = house(Wish::default()).await;
    assert_eq!(house.get("/healthz").await.status, 200);
    let before = house.get("/readyz").await;
    assert_eq!((before.status, before.json()["store"].as_str()), (503, Some("ok")));
    house.health.cycled();
    assert_eq!(house.get("/readyz").await.status, 200);
    house.store.close().await;
    let after = house.get("/readyz").await;
    assert_eq!((after.status, after.json()["engine"].as_str()), (503, Some("ok")));
    assert_eq!(house.get("/healthz").await.status, 200);
    house.stop().await;
}
