//! What the answers of providers mean: accepted, not now, never.

use duban::channel::{Sent, aliyun, http::Answer, tencent, twilio};

fn answer(status: u16, body: &str) -> Answer {
    Answer { status, retry_after: None, body: body.to_owned() }
}

/// The verdict in one word, with the ids of an accepted letter.
fn word(sent: &Sent) -> String {
    match sent {
        Sent::Accepted { ids, .. } => format!("accepted {}", ids.join(" ")),
        Sent::Later { .. } => "later".to_owned(),
        Sent::Away { .. } => "away".to_owned(),
        Sent::Never { .. } => "never".to_owned(),
    }
}

/// The provider's own words stand in the verdict, code and all.
fn words(sent: &Sent) -> &str {
    match sent {
        Sent::Accepted { provider: words, .. }
        | Sent::Later { reason: words }
        | Sent::Away { reason: words }
        | Sent::Never { reason: words } => words,
    }
}

#[test]
fn each_answer_of_aliyun_has_its_verdict() {
    #[rustfmt::skip]
    let table = [
        (200, "OK",                              "accepted 9006197469364984^0"),
        (200, "isv.MOBILE_NUMBER_ILLEGAL",       "never"),
        (200, "isv.BLACK_KEY_CONTROL_LIMIT",     "never"),
        (200, "isv.PARAM_LENGTH_LIMIT",          "never"),
        (200, "isv.TEMPLATE_MISSING_PARAMETERS", "never"),
        (200, "isv.SOMETHING_NEW",               "never"),
        (200, "isv.BUSINESS_LIMIT_CONTROL",      "later"),
        (200, "isv.DAY_LIMIT_CONTROL",           "later"),
        (200, "isv.AMOUNT_NOT_ENOUGH",           "later"),
        (200, "isv.SMS_TEMPLATE_ILLEGAL",        "later"),
        (200, "isv.SMS_SIGN_ILLEGAL",            "later"),
        (200, "isv.DENY_IP_RANGE",               "later"),
        (200, "isv.SMS_CONTENT_ILLEGAL",         "never"),
        (200, "isp.SYSTEM_ERROR",                "later"),
        (200, "isp.RAM_PERMISSION_DENY",         "later"),
        (400, "SignatureDoesNotMatch",           "later"),
        (400, "InvalidTimeStamp.Expired",        "later"),
        (404, "InvalidAccessKeyId.NotFound",     "later"),
        (400, "Throttling.User",                 "later"),
        (503, "isv.MOBILE_NUMBER_ILLEGAL",       "later"),
    ];
    for (status, code, want) in table {
        let biz = if code == "OK" { r#","BizId":"9006197469364984^0""# } else { "" };
        let body = format!(r#"{{"Code":"{code}","Message":"m","RequestId":"r"{biz}}}"#);
        let sent = aliyun::verdict(&answer(status, &body));
        assert_eq!(word(&sent), want, "{status} {code}");
        assert_eq!(words(&sent), format!("HTTP {status}: {body}"));
    }
    for garbage in ["<html>welcome</html>", "", "{}", "[1]", "{\"Code\":7}"] {
        assert_eq!(word(&aliyun::verdict(&answer(200, garbage))), "later", "{garbage}");
    }
}

#[test]
fn each_answer_of_tencent_has_its_verdict() {
    let error = |code: &str| {
        format!(r#"{{"Response":{{"Error":{{"Code":"{code}","Message":"m"}},"RequestId":"r"}}}}"#)
    };
    let status = |code: &str, serial: &str| {
        format!(
            r#"{{"Response":{{"SendStatusSet":[{{"SerialNo":"{serial}","PhoneNumber":"+86","Fee":1,"Code":"{code}","Message":"m"}}],"RequestId":"r"}}}}"#
        )
    };
    #[rustfmt::skip]
    let table = [
        (status("Ok", "5000:1045710669157053657849499619"),              "accepted 5000:1045710669157053657849499619"),
        (status("Ok", ""),                                               "accepted "),
        (status("InvalidParameterValue.IncorrectPhoneNumber", ""),       "never"),
        (status("FailedOperation.PhoneNumberInBlacklist", ""),           "never"),
        (status("FailedOperation.ContainSensitiveWord", ""),             "never"),
        (status("FailedOperation.TemplateParamSetNotMatchApprovedTemplate", ""), "never"),
        (status("LimitExceeded.PhoneNumberDailyLimit", ""),              "later"),
        (status("LimitExceeded.PhoneNumberThirtySecondLimit", ""),       "later"),
        (status("LimitExceeded.PhoneNumberCountLimit", ""),              "never"),
        (status("FailedOperation.InsufficientBalanceInSmsPackage", ""),  "later"),
        (status("FailedOperation.TemplateIncorrectOrUnapproved", ""),    "later"),
        (status("FailedOperation.MarketingSendTimeConstraint", ""),      "later"),
        (status("UnsupportedOperation.UnsuportedRegion", ""),            "never"),
        (status("FailedOperation.JsonParseFail", ""),                    "never"),
        (error("UnauthorizedOperation.SerivceSuspendDueToArrears"),      "later"),
        (error("IpNotInWhitelist"),                                      "later"),
        (error("InternalError.Timeout"),                                 "later"),
        (error("AuthFailure.SignatureFailure"),                          "later"),
        (error("AuthFailure.SignatureExpire"),                           "later"),
        (error("RequestLimitExceeded"),                                  "later"),
        (error("InternalError.OtherError"),                              "later"),
        (error("InvalidParameterValue.SdkAppIdNotExist"),                "later"),
        (error("InvalidParameterValue.ContentLengthLimit"),              "never"),
        (r#"{"Response":{"SendStatusSet":[]}}"#.to_owned(),              "later"),
        ("<html>welcome</html>".to_owned(),                              "later"),
        (String::new(),                                                  "later"),
    ];
    for (body, want) in table {
        let sent = tencent::verdict(&answer(200, &body));
        assert_eq!(word(&sent), want, "{body}");
        assert!(words(&sent).ends_with(&format!("HTTP 200: {body}")), "{}", words(&sent));
    }
}

#[test]
fn each_answer_of_twilio_has_its_verdict() {
    let error =
        |code: u32| format!(r#"{{"code":{code},"message":"m","more_info":"u","status":400}}"#);
    #[rustfmt::skip]
    let table = [
        (201, r#"{"sid":"SM1","status":"queued"}"#.to_owned(), "accepted SM1"),
        (400, error(21211),  "never"),
        (400, error(21610),  "never"),
        (403, error(21408),  "never"),
        (400, error(21614),  "never"),
        (400, error(21617),  "never"),
        (400, error(99999),  "never"),
        (429, error(20429),  "later"),
        (401, error(20003),  "later"),
        (404, error(20404),  "later"),
        (400, error(21606),  "later"),
        (400, error(21611),  "later"),
        (400, error(21730),  "later"),
        (400, error(60728),  "later"),
        (400, error(63038),  "later"),
        (503, error(20500),  "later"),
        (500, "{}".to_owned(), "later"),
        (200, "{}".to_owned(), "later"),
        (307, "{}".to_owned(), "later"),
        (200, "<html>welcome</html>".to_owned(), "later"),
        (200, String::new(), "later"),
    ];
    for (status, body, want) in table {
        let sent = twilio::verdict(&answer(status, &body));
        assert_eq!(word(&sent), want, "{status} {body}");
        assert!(words(&sent).ends_with(&format!("HTTP {status}: {body}")), "{}", words(&sent));
    }
}

#[test]
fn a_server_that_asks_to_wait_is_quoted() {
    let answer = Answer { retry_after: Some("120".into()), ..answer(429, "{}") };
    let want = Sent::Later { reason: "HTTP 429 (Retry-After: 120): {}".into() };
    assert_eq!(twilio::verdict(&answer), want);
}
