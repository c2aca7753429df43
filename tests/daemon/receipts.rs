//! Callbacks of providers, as a daemon takes them.

use crate::{house::House, wait::until};

const PHONE: &str = "13800138000";
const WRONG: &str = "fedcba9876543210";

#[test]
fn a_refused_callback_is_counted_and_its_words_stand_nowhere() {
    let house = House::new();
    std::fs::write(house.path("token"), "0123456789abcdef")
        .expect("the scratch folder takes files");
    house.configure(
        "[kinds]\nim = 'box'\nsms = 'box'\nemail = 'box'\n[[channel]]\nname = 'box'\nkind = 'mailbox'\n\
         [[channel]]\nname = 'ali'\nkind = 'aliyun'\naccess_key_id = 'x'\naccess_key_secret_file = 'token'\n\
         sign_name = 'x'\nreceipts_token_file = 'token'\n",
    );
    let daemon = house.start();
    let body = format!(r#"[{{"phone_number":"{PHONE}","content":"1"}}]"#);
    let reply = house.post(&format!("/receipts/ali?token={WRONG}"), &body);
    assert_eq!(reply.status, 403, "{}", reply.body);
    let want = "duban_callbacks_refused_total{channel=\"ali\",reason=\"stranger\"} 1";
    until("the refusal is counted", || house.get("/metrics").body.contains(want).then_some(()));
    house.says("a callback was refused", 1);
    daemon.tell("TERM");
    assert!(daemon.ended().success(), "an asked daemon ends well");
    for word in [PHONE, WRONG] {
        assert!(!house.log().contains(word), "{word}: {}", house.log());
        assert!(!reply.body.contains(word), "{word}: {}", reply.body);
    }
}
