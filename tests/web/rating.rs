//! The resident's page.

use std::time::Duration;

use crate::house::{WRONG_MAX, Wish, house};

const ALL: [(&str, &str); 3] = [("contacted", "yes"), ("solved", "no"), ("satisfied", "no")];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_page_speaks_both_languages() {
    let house = house(Wish::default()).await;
    let token = house.link("W260507-0123", 24).await;
    #[rustfmt::skip]
    let table = [
        // name                   query        Accept-Language     lang        says
        ("nothing said",          "",          "",                 "zh-CN",    "问题解决了吗"),
        ("an English browser",    "",          "en-US,en;q=0.9",   "en",       "Was the problem solved?"),
        ("a Chinese browser",     "",          "zh-CN,zh;q=0.9",   "zh-CN",    "问题解决了吗"),
        ("the address wins",      "?lang=en",  "zh-CN",            "en",       "Was the problem solved?"),
    ];
    for (name, query, accept, lang, says) in table {
        let reply = house.get_in(&format!("/r/{token}{query}"), accept).await;
        assert_eq!(reply.status, 200, "{name}");
        assert!(reply.body.contains(&format!("<html lang=\"{lang}\">")), "{name}");
        assert!(reply.body.contains(says), "{name}");
        assert!(reply.body.contains("W260507-0123"), "{name}: the number");
        assert!(reply.body.contains("2026-05-08 09:12"), "{name}: how long it can be answered");
        assert!(reply.body.contains("tel:12345"), "{name}: a way to check");
        assert!(!reply.body.contains("<script"), "{name}");
        let style = house.get("/assets/duban.css").await.body.len();
        assert!(reply.body.len() + style < 20_000, "{name}: {} bytes", reply.body.len() + style);
    }
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn opening_a_link_changes_nothing() {
    let house = house(Wish::default()).await;
    let token = house.link("W1", 24).await;
    let url = house.url(&format!("/r/{token}"));
    for request in [house.client.get(&url), house.client.head(&url), house.client.get(&url)] {
        assert_eq!(house.send(request).await.status, 200);
    }
    let refused = house.send(house.client.put(&url)).await.status;
    assert_eq!(refused, 405);
    assert_eq!(house.journal("W1").await.len(), 1);
    let link = house.store.link(&duban::secret::token_hash(&token)).await.expect("read");
    assert_eq!(link.expect("the link").used, None);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_becomes_an_event_and_wakes_the_engine() {
    let house = house(Wish::default()).await;
    let token = house.link("W1", 24).await;
    let reply = house.rate(&token, &[("solved", "no"), ("note", "还是 漏水\r\n")]).await;
    assert_eq!(reply.status, 200);
    assert!(reply.body.contains("谢谢"), "thanks");
    tokio::time::timeout(Duration::from_secs(5), house.knock.notified()).await.expect("a knock");
    let journal = house.journal("W1").await;
    let (kind, event) = journal.last().expect("the answer");
    assert_eq!(kind, "answered");
    assert_eq!(event["event"], "answered");
    assert_eq!(event["data"]["solved"], "no");
    assert_eq!(event["data"]["via"], "link");
    assert_eq!(event["data"]["round"], 1);
    assert_eq!(event["data"]["note"], "还是 漏水");
    assert!(event["data"].get("contacted").is_none(), "what was not answered is not there");
    assert!(!event.to_string().contains(&token), "the token is nowhere");
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_answer_wins() {
    let house = house(Wish::default()).await;
    let token = house.link("W1", 24).await;
    let (one, other) = tokio::join!(
        house.rate(&token, &ALL),
        house.rate(&token, &[("contacted", "yes"), ("solved", "yes"), ("satisfied", "yes")]),
    );
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 410], "one is thanked, the other told that it is answered");
    let answers: Vec<_> =
        house.journal("W1").await.into_iter().filter(|(kind, _)| kind == "answered").collect();
    assert_eq!(answers.len(), 1);
    let won = if one.status == 200 { "no" } else { "yes" };
    assert_eq!(answers[0].1["data"]["solved"], won);

    let later = house.rate(&token, &ALL).await;
    assert_eq!(later.status, 410);
    assert!(later.body.contains("已经评价过了") && later.body.contains("12345"));
    assert_eq!(house.get(&format!("/r/{token}")).await.status, 410);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_without_an_answer_comes_back() {
    let house = house(Wish::default()).await;
    let token = house.link("W1", 24).await;
    let reply = house.rate(&token, &[("note", "<b>hm</b>"), ("solved", "perhaps")]).await;
    assert_eq!(reply.status, 422);
    assert!(reply.body.contains("role=\"alert\""));
    assert!(reply.body.contains("&#60;b&#62;hm"), "the note is kept and harmless");
    assert_eq!(house.journal("W1").await.len(), 1);
    assert_eq!(house.rate(&token, &ALL).await.status, 200, "the link is still good");
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_our_form_is_not_taken() {
    let house = house(Wish::default()).await;
    let token = house.link("W1", 24).await;
    let url = house.url(&format!("/r/{token}"));
    let form = [("token", token.as_str()), ("solved", "no")];
    let post = || house.client.post(&url);
    #[rustfmt::skip]
    let table = [
        ("another site",       post().header("sec-fetch-site", "cross-site").form(&form),    403),
        ("another origin",     post().header("origin", "https://evil.example").form(&form),  403),
        ("another token",      post().form(&[("token", "AAAAAAAAAAAAAAAA"), ("solved", "no")]), 403),
        ("no token",           post().form(&[("solved", "no")]),                             403),
        ("far too long",       post().body("note=".to_owned() + &"a".repeat(20_000)),        413),
        ("our page, no referrer", post().header("sec-fetch-site", "same-origin").header("origin", "null").form(&form), 200),
    ];
    for (name, request, want) in table {
        assert_eq!(house.send(request).await.status, want, "{name}");
    }
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_token_tells_nothing() {
    let house = house(Wish::default()).await;
    let expired = house.link("W2", 0).await;
    #[rustfmt::skip]
    let table = [
        ("unknown, Chinese",  "AAAAAAAAAAAAAAAA".to_owned(), "zh", 404, "没有找到这个链接"),
        ("unknown, English",  "AAAAAAAAAAAAAAAA".to_owned(), "en", 404, "We cannot find this link"),
        ("too short",         "abc".to_owned(),              "en", 404, "We cannot find this link"),
        ("expired, Chinese",  expired.clone(),               "zh", 410, "评价已经截止"),
        ("expired, English",  expired.clone(),               "en", 410, "This link has expired"),
    ];
    for (name, token, language, status, says) in table {
        let reply = house.get_in(&format!("/r/{token}"), language).await;
        assert_eq!(reply.status, status, "{name}");
        assert!(reply.body.contains(says) && reply.body.contains("12345"), "{name}");
        assert!(!reply.body.contains("W2"), "{name}: no number of a ticket");
    }
    assert_eq!(house.rate(&expired, &ALL).await.status, 410);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn guesses_are_shut_out() {
    let house = house(Wish::default()).await;
    let good = house.link("W1", 24).await;
    for guess in 0..WRONG_MAX {
        let reply = house.get(&format!("/r/AAAAAAAAAAAAAA{guess:02}")).await;
        assert_eq!(reply.status, 404, "guess {guess}");
        assert_eq!(house.get(&format!("/r/{good}")).await.status, 200, "right ones cost nothing");
    }
    let reply = house.get("/r/AAAAAAAAAAAAAAzz").await;
    assert_eq!(reply.status, 429);
    let wait: u64 = reply.header("retry-after").parse().expect("seconds");
    assert!((1..=60).contains(&wait));
    assert!(reply.body.contains("12345"));
    assert_eq!(house.get(&format!("/r/{good}")).await.status, 429, "no guess goes through");
    let elsewhere = house.client.get(house.url(&format!("/r/{good}")));
    let elsewhere = elsewhere.header("x-forwarded-for", "198.51.100.7");
    assert_eq!(house.send(elsewhere).await.status, 200, "others are not punished");
    house.stop().await;
}

#[test]
fn each_set_names_its_hotline() {
    for (set, number) in [("cn", "12345"), ("boston", "311"), ("generic311", "311")] {
        let loaded = duban::policies::load_embedded(set, crate::house::NOW).expect("it is shipped");
        assert_eq!(loaded.set.expect("without errors").reply.hotline, number, "{set}");
    }
}
