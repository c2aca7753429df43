//! SMS through a real HTTP gateway process.

use duban::channel::{Channel, Sent};

use crate::{NOW, channel, gateway::Gateway, letter, opened, wait::free_port};

impl Gateway {
    /// A channel to one of the gateway's paths, with JSON for a body.
    fn channel(&self, path: &str, more: &str) -> Channel {
        channel(&format!(
            "kind = 'http_sms'\nurl = 'http://127.0.0.1:{}{path}'\n\
             body = '{{\"to\": {{{{ to }}}}, \"text\": {{{{ text }}}}, \"id\": {{{{ id }}}}}}'\n\
             accepted = {{ status = [200], pointer = '/code', value = 'OK', later_value = 'BUSY' }}\n{more}",
            self.port
        ))
    }
}

#[tokio::test]
async fn each_answer_has_its_verdict() {
    let gateway = Gateway::start("sms.py");
    let accepted = |words: &str| Sent::Accepted { provider: words.into(), ids: Vec::new() };
    let later = |words: &str| Sent::Later { reason: words.into() };
    let never = |words: &str| Sent::Never { reason: words.into() };
    #[rustfmt::skip]
    let table = [
        ("/ok",        accepted(r#"HTTP 200: {"code":"OK","id":"sms-77"}"#)),
        ("/busy",      later(r#"HTTP 200: {"code":"BUSY"}"#)),
        ("/refused",   never(r#"HTTP 200: {"code":"BAD_NUMBER"}"#)),
        ("/garbage",   later("nothing at `/code` of the answer: HTTP 200: <html>welcome</html>")),
        ("/throttled", later("HTTP 429: slow down")),
        ("/broken",    later("HTTP 500: oops")),
        ("/locked",    later("HTTP 401: who are you")),
        ("/moved",     later("HTTP 302:")),
        ("/bad",       never("HTTP 400: no such parameter")),
        ("/echo",      never(r#"HTTP 400: cannot send {"to": "(address)", "text": "【督办】工单 \"W1\" & <b>", "id": "m-1"}"#)),
    ];
    for (path, want) in table {
        let mut sms = letter("+8613800138000");
        sms.text = "【督办】工单 \"W1\" & <b>".into();
        assert_eq!(gateway.channel(path, "").send(&sms, NOW).await, want, "{path}");
    }
    assert_eq!(gateway.count(), 10, "each letter is one request; the moved one is not followed");
    let moved = gateway.requests().iter().filter(|request| request["path"] == "/ok").count();
    assert_eq!(moved, 1, "a redirection is not followed");
}

#[tokio::test]
async fn a_request_is_escaped_as_its_content_type_asks() {
    let gateway = Gateway::start("sms.py");
    let mut sms = letter("+8613800138000");
    sms.text = "【督办】a=1&b=\"2\" 三%\n".into();
    let json = gateway.channel("/ok", "headers = { X-App = 'duban' }").send(&sms, NOW).await;
    assert!(matches!(json, Sent::Accepted { .. }), "{json:?}");
    let form = channel(&format!(
        "kind = 'http_sms'\nurl = 'http://127.0.0.1:{}/ok'\ncontent_type = 'application/x-www-form-urlencoded'\n\
         body = 'to={{{{ to }}}}&sign={{{{ sig }}}}&text={{{{ content }}}}'\nsignature = '【督办】'\n",
        gateway.port
    ));
    let form = form.send(&sms, NOW).await;
    assert!(matches!(form, Sent::Accepted { .. }), "{form:?}");
    let get = channel(&format!(
        "kind = 'http_sms'\nmethod = 'GET'\nurl = 'http://127.0.0.1:{}/ok?to={{{{ to }}}}&text={{{{ text }}}}'\n",
        gateway.port
    ));
    let get = get.send(&sms, NOW).await;
    assert!(matches!(get, Sent::Accepted { .. }), "{get:?}");
    let odd = channel(&format!(
        "kind = 'http_sms'\nmethod = 'GET'\nurl = 'http://127.0.0.1:{}/ok'\nbody = '{{\"to\": {{{{ to }}}}}}'\n",
        gateway.port
    ));
    let odd = odd.send(&sms, NOW).await;
    assert!(matches!(odd, Sent::Accepted { .. }), "{odd:?}");

    let requests = gateway.requests();
    assert_eq!(requests[0]["json"]["text"], *sms.text);
    assert_eq!(requests[0]["json"]["to"], *sms.to);
    assert_eq!(requests[0]["json"]["id"], "m-1");
    assert_eq!(requests[0]["headers"]["x-app"], "duban");
    assert_eq!(requests[1]["form"]["sign"], "【督办】");
    assert_eq!(requests[1]["form"]["text"], "a=1&b=\"2\" 三%\n");
    assert_eq!(requests[2]["method"], "GET");
    assert_eq!(requests[2]["query"]["to"], *sms.to);
    assert_eq!(requests[2]["query"]["text"], *sms.text);
    assert_eq!(requests[3]["json"]["to"], *sms.to, "a gateway may want a body with a GET");
}

#[tokio::test]
async fn keys_travel_in_headers_and_stand_nowhere_else() {
    let gateway = Gateway::start("sms.py");
    let folder = tempfile::tempdir().expect("a scratch folder");
    let secret = folder.path().join("key");
    std::fs::write(&secret, "k3y\n").expect("the scratch folder takes files");
    let bearer = gateway.channel("/ok", &format!("bearer_file = '{}'", secret.display()));
    let basic = format!("username = 'duban'\npassword_file = '{}'", secret.display());
    let basic = gateway.channel("/ok", &basic);
    for channel in [&bearer, &basic] {
        let sent = channel.send(&letter("+8613800138000"), NOW).await;
        assert!(matches!(sent, Sent::Accepted { .. }), "{sent:?}");
        assert!(!format!("{channel:?}").contains("k3y"));
    }
    let requests = gateway.requests();
    assert_eq!(requests[0]["headers"]["authorization"], "Bearer k3y");
    assert_eq!(requests[1]["headers"]["authorization"], "Basic ZHViYW46azN5");
}

#[tokio::test]
async fn a_gateway_that_is_slow_or_away_is_not_now() {
    let gateway = Gateway::start("sms.py");
    let slow = gateway.channel("/slow", "timeout = '300ms'").send(&letter("138"), NOW).await;
    assert!(matches!(slow, Sent::Later { .. }), "{slow:?}");
    let away = channel(&format!(
        "kind = 'http_sms'\nmethod = 'GET'\nurl = 'http://127.0.0.1:{}/?to={{{{ to }}}}'\n",
        free_port()
    ));
    let away = away.send(&letter("+8613800138000"), NOW).await;
    let Sent::Away { reason } = away else { panic!("{away:?}") };
    assert!(!reason.contains("138"), "the address of the request is private: {reason}");
}

#[test]
fn a_template_that_cannot_work_is_refused_before_anything_is_sent() {
    let complaint = |body: &str| {
        let text = format!("kind = 'http_sms'\nurl = 'http://sms.test/'\nbody = '''{body}'''");
        opened(&text).expect_err("a bad template").to_string()
    };
    insta::assert_snapshot!(complaint(r#"{"to": "{{ to }}"}"#), @r#"channel `x`: `body` gives no JSON: expected `,` or `}` at line 1 column 10; facts bring their own quotes, write `{"to": {{ to }}}`"#);
    insta::assert_snapshot!(complaint("{{ phone }}"), @"channel `x`: `body` names `phone`; known are to, text, content, sig, id, ticket, language");
}

/// A call is asked for as an SMS is: the words to say, and the number of the call for the key
/// that will be pressed.
#[tokio::test]
async fn a_voice_gateway_is_asked_to_call_and_gives_the_call_a_number() {
    let gateway = Gateway::start("sms.py");
    let caller = channel(&format!(
        "kind = 'voice_http'\nurl = 'http://127.0.0.1:{}/ok'\nsignature = '【督办】'\n\
         body = '{{\"to\": {{{{ to }}}}, \"say\": {{{{ content }}}}, \"keys\": \"1\", \"call\": {{{{ id }}}}}}'\n\
         accepted = {{ pointer = '/code', value = 'OK', id = '/id' }}\n",
        gateway.port
    ));
    let mut call = letter("+8613800138000");
    call.text = "【督办】工单W1超期,按1确认。".into();
    let sent = caller.send(&call, NOW).await;
    let Sent::Accepted { ids, .. } = sent else { panic!("{sent:?}") };
    assert_eq!(ids, ["sms-77"]);
    assert_eq!(gateway.requests()[0]["json"]["say"], "工单W1超期,按1确认。");
}
