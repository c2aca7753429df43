//! Who we are to a mail server: passwords, tokens, certificates.

use duban::channel::{Channel, Sent};

use crate::{
    NOW, channel, letter, opened,
    postfix::{PASSWORD, Postfix, USER},
};

fn at(server: &Postfix, port: u16, tls: &str, keys: &str) -> Channel {
    channel(&format!(
        "kind = 'smtp'\nhost = 'localhost'\nport = {port}\ntls = '{tls}'\nca_file = '{}'\n\
         from = 'sla@duban.test'\nconnections = 1\n{keys}",
        server.authority().display()
    ))
}

#[tokio::test]
async fn a_password_goes_by_the_way_the_server_offers() {
    let server = Postfix::with(&["-o smtpd_sasl_mechanism_filter=login"]);
    let folder = tempfile::tempdir().expect("a scratch folder");
    let file = folder.path().join("password");
    std::fs::write(&file, PASSWORD).expect("the scratch folder takes files");
    let keys = format!("username = '{USER}'\npassword_file = '{}'", file.display());
    let login = at(&server, server.ports[0], "starttls", &keys);
    let sent = login.send(&letter("alice@duban.test"), NOW).await;
    assert!(matches!(sent, Sent::Accepted { .. }), "{sent:?}");
    assert!(server.log().contains("sasl_method=LOGIN, sasl_username=duban"));

    // A password that was changed is read anew with the next session.
    let plain = at(&server, server.starttls, "starttls", &keys);
    std::fs::write(&file, "wrong").expect("the scratch folder takes files");
    let sent = plain.send(&letter("alice@duban.test"), NOW).await;
    let Sent::Away { reason } = sent else { panic!("{sent:?}") };
    assert!(reason.starts_with("the login failed: 535 "), "{reason}");
    std::fs::write(&file, PASSWORD).expect("the scratch folder takes files");
    let sent = plain.send(&letter("alice@duban.test"), NOW).await;
    assert!(matches!(sent, Sent::Accepted { .. }), "{sent:?}");
    assert!(server.log().contains("sasl_method=PLAIN, sasl_username=duban"));
}

#[tokio::test]
async fn a_token_is_read_at_each_login() {
    let server = Postfix::with(&["-o smtpd_sasl_mechanism_filter=xoauth2"]);
    let folder = tempfile::tempdir().expect("a scratch folder");
    let file = folder.path().join("token");
    let renew = |token: &str| std::fs::write(&file, token).expect("the scratch folder takes files");
    renew("monday");
    server.know_token("monday");
    let keys = format!("username = '{USER}'\noauth_token_file = '{}'", file.display());
    let channel = at(&server, server.ports[0], "starttls", &keys);
    let sent = channel.send(&letter("alice@duban.test"), NOW).await;
    assert!(matches!(sent, Sent::Accepted { .. }), "{sent:?}");
    assert!(server.log().contains("sasl_method=XOAUTH2, sasl_username=duban"));

    server.know_token("tuesday");
    let channel = at(&server, server.ports[0], "starttls", &keys);
    let sent = channel.send(&letter("alice@duban.test"), NOW).await;
    let Sent::Away { reason } = sent else { panic!("yesterday's token: {sent:?}") };
    assert!(reason.starts_with("the login failed: 535 "), "{reason}");
    assert!(!reason.contains("monday"), "{reason}");
    renew("tuesday");
    let sent = channel.send(&letter("alice@duban.test"), NOW).await;
    assert!(matches!(sent, Sent::Accepted { .. }), "{sent:?}");

    let without = at(&server, server.starttls, "starttls", "");
    let sent = without.send(&letter("alice@duban.test"), NOW).await;
    let Sent::Never { reason } = sent else { panic!("nobody logged in: {sent:?}") };
    assert!(reason.starts_with("554 5.7.1 "), "{reason}");
}

#[tokio::test]
async fn a_certificate_says_who_we_are() {
    let options = "-o smtpd_tls_req_ccert=yes -o smtpd_tls_ask_ccert=yes -o smtpd_tls_security_level=encrypt \
                   -o { smtpd_recipient_restrictions = permit_tls_all_clientcerts, reject } \
                   -o { smtpd_relay_restrictions = permit_tls_all_clientcerts, reject }";
    let server = Postfix::with(&[options, &format!("{options} -o smtpd_tls_wrappermode=yes")]);
    let folder = server.certificates();
    let keys = format!(
        "client_cert_file = '{0}/cert.pem'\nclient_key_file = '{0}/key.pem'",
        folder.display()
    );
    for (port, tls) in [(server.ports[0], "starttls"), (server.ports[1], "implicit")] {
        let sent = at(&server, port, tls, &keys).send(&letter("alice@duban.test"), NOW).await;
        assert!(matches!(sent, Sent::Accepted { .. }), "{tls}: {sent:?}");
        let sent = at(&server, port, tls, "").send(&letter("alice@duban.test"), NOW).await;
        assert!(
            matches!(sent, Sent::Away { .. } | Sent::Later { .. } | Sent::Never { .. }),
            "{tls}: {sent:?}"
        );
    }
    let words = |keys: &str| {
        let keys = format!("kind = 'smtp'\nhost = 'localhost'\nfrom = 'sla@duban.test'\n{keys}");
        opened(&keys).expect_err("files that do not fit").to_string()
    };
    let dir = folder.display();
    let mixed =
        words(&format!("client_cert_file = '{dir}/cert.pem'\nclient_key_file = '{dir}/ca.key'"));
    assert!(mixed.contains("do not fit"), "{mixed}");
    let turned =
        words(&format!("client_cert_file = '{dir}/key.pem'\nclient_key_file = '{dir}/cert.pem'"));
    assert!(turned.contains("holds no"), "{turned}");
}
