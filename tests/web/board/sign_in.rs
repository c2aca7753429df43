//! Links to sign in, sessions, forms.

use duban::{secret::token_hash, store::SignInWrite};

use super::{SUPERVISOR, ask, enter, form_token, mailed, page, post, sign_in};
use crate::house::{HOUR_MS, NOW, WRONG_MAX, Wish, house};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_answer_never_tells_who_is_known() {
    let house = house(Wish::default()).await;
    let stranger = ask(&house, "nobody@example.org").await;
    assert_eq!(mailed(&house).await, None, "nobody gets a mail");
    let known = ask(&house, SUPERVISOR).await;
    assert!(mailed(&house).await.is_some(), "who is known gets one");
    assert_eq!((stranger.status, &stranger.body), (known.status, &known.body));
    assert!(!known.body.contains(SUPERVISOR), "the address is not repeated");
    let offered = ask(&house, "  WANG.ER@Example.gov.cn ").await;
    assert_eq!(offered.body, known.body);
    assert!(mailed(&house).await.is_some(), "upper case is the same address");
    for odd in ["", "x", "' OR 1=1 --", &"x".repeat(2_000)] {
        assert_eq!(ask(&house, odd).await.body, known.body, "{odd:.20}");
    }
    assert_eq!(mailed(&house).await, None);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_signs_in_once() {
    let house = house(Wish::default()).await;
    ask(&house, SUPERVISOR).await;
    let token = mailed(&house).await.expect("a mail");
    for turn in 1..=2 {
        let looked = house.get_in(&format!("/board/in/{token}"), "en").await;
        assert_eq!(looked.status, 200, "looking {turn} times is no use of it");
        assert!(looked.body.contains("Sign in</button>") && looked.header("set-cookie").is_empty());
    }
    let entered = enter(&house, &token).await;
    assert_eq!((entered.status, entered.header("location")), (303, "/board"));
    let cookie = entered.header("set-cookie");
    for flag in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age="] {
        assert!(cookie.contains(flag), "{flag}: {cookie}");
    }
    assert!(!cookie.contains(&token), "the session is not the link");
    let again = enter(&house, &token).await;
    assert_eq!(again.status, 410);
    assert!(again.body.contains("used already") && again.header("set-cookie").is_empty());
    let looked = house.get_in(&format!("/board/in/{token}"), "zh").await;
    assert!(looked.status == 410 && looked.body.contains("已经用过"), "{}", looked.body);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_or_unknown_link_says_so() {
    let house = house(Wish::default()).await;
    let wanted = SignInWrite {
        token_hash: token_hash("old"),
        person: "p02".to_owned(),
        expires: NOW,
        links_max: 9,
        since: NOW.plus_ms(-HOUR_MS),
    };
    let before = NOW.plus_ms(-HOUR_MS);
    assert!(house.store.ask_sign_in(&wanted, None, before).await.expect("kept"));
    assert!(enter(&house, "old").await.body.contains("has expired"), "good until then, not at it");
    assert_eq!(house.get("/board/in/old").await.status, 410);
    for turn in 1..=WRONG_MAX {
        let reply = enter(&house, &format!("wrong{turn}")).await;
        assert!(reply.status == 404 && reply.body.contains("no such link"), "{turn}");
    }
    assert_eq!(enter(&house, "more").await.status, 429, "guesses are shut out");
    assert_eq!(house.get("/board/in/more").await.status, 429);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_asks_too_often_gets_no_more_mails() {
    let house = house(Wish::default()).await;
    let mut mails = 0;
    for turn in 1..=10 {
        assert_eq!(ask(&house, SUPERVISOR).await.status, 200, "{turn}");
        mails += usize::from(mailed(&house).await.is_some());
    }
    assert_eq!(mails, 5, "as many links a person as may be good at one time");
    let reply = ask(&house, SUPERVISOR).await;
    assert_eq!(reply.status, 429, "and so many asks from one address in a minute");
    assert!(!reply.header("retry-after").is_empty());
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_form_without_its_token_changes_nothing() {
    let house = house(Wish::default()).await;
    let cookie = sign_in(&house, SUPERVISOR).await;
    let overview = page(&house, &cookie, "/board").await;
    assert_eq!(overview.status, 200);
    let token = form_token(&overview);
    for form in [&[][..], &[("form", "")], &[("form", "x")], &[("other", token.as_str())]] {
        assert_eq!(post(&house, &cookie, "/board/sign-out", form).await.status, 403, "{form:?}");
    }
    assert_eq!(page(&house, &cookie, "/board").await.status, 200, "still signed in");
    let foreign =
        house.client.post(house.url("/board/sign-in")).header("sec-fetch-site", "cross-site");
    assert_eq!(house.send(foreign.form(&[("email", SUPERVISOR)])).await.status, 403);
    let out = post(&house, &cookie, "/board/sign-out", &[("form", &token)]).await;
    assert_eq!((out.status, out.header("location")), (303, "/board/sign-in"));
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    let after = page(&house, &cookie, "/board").await;
    assert_eq!((after.status, after.header("location")), (303, "/board/sign-in"), "over for good");
    house.stop().await;
}
