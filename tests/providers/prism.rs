//! Twilio's own description of its API, served by Prism, which refuses what does not fit it.

use std::{path::PathBuf, process::Stdio};

use duban::channel::Sent;

use crate::{
    NOW, channel, letter,
    npm::{install, kept},
    process::{Server, tool},
    run::run,
    wait::{free_port, listening},
};

const PRISM: &str = "@stoplight/prism-cli@5.14.2";
const DESCRIPTION: &str = "@twilio/cli-core@8.3.2";
const ADDRESSED: &str = "from = '+15017122661'\nreceipts_url = 'https://t.test/receipts/twi'";
/// Where the description stands in its package.
const FILE: &str = "package/src/services/twilio-api/twilio_api_v2010.json";

/// A folder with Prism and the description.
fn installed() -> PathBuf {
    kept("prism-5.14.2-twilio-8.3.2", |folder| {
        install(folder, PRISM);
        let packed = run(tool("npm", "npm").args(["pack", DESCRIPTION]).current_dir(folder));
        let packed = packed.lines().last().expect("npm names the file");
        run(tool("tar", "tar").args(["xzf", packed, FILE]).current_dir(folder));
    })
}

#[tokio::test]
async fn twilios_own_description_of_its_api_takes_our_requests() {
    let home = installed();
    let port = free_port();
    let _prism = Server::start(
        tool("node", "nodejs")
            .arg(home.join("node_modules/@stoplight/prism-cli/dist/index.js"))
            .args(["mock", "-h", "127.0.0.1", "-p", &port.to_string()])
            .arg(home.join(FILE))
            .stdout(Stdio::null())
            .stderr(Stdio::null()),
    );
    listening(port, "prism");
    let account = format!("AC{}", "0".repeat(32));
    let service = format!("MG{}", "a".repeat(32));
    #[rustfmt::skip]
    let table = [
        // account         sender                                                    accepted?
        (account.as_str(), "from = '+15017122661'".to_owned(),                       true),
        (&account,         format!("messaging_service_sid = '{service}'"),           true),
        (&account,         ADDRESSED.to_owned(), true),
        (&account,         "messaging_service_sid = 'MG1'".to_owned(),               false),
        ("AC1",            "from = '+15017122661'".to_owned(),                       false),
    ];
    for (account, sender, want) in table {
        let twilio = channel(
            &format!(
                "kind = 'twilio'\nendpoint = 'http://127.0.0.1:{port}'\naccount_sid = '{account}'\n\
                 auth_token_file = 'key'\n{sender}\ntimeout = '1m'"
            ),
            &[("key", "k")],
        );
        let sent = twilio.send(&letter("+8613800138000"), NOW).await;
        match &sent {
            Sent::Accepted { ids, .. } => {
                assert!(want, "{sender}: {sent:?}");
                assert!(ids[0].starts_with("SM"), "{sent:?}");
            }
            Sent::Never { reason } => {
                assert!(!want, "{sender}: {reason}");
                assert!(reason.starts_with("HTTP 422"), "{reason}");
            }
            Sent::Later { .. } | Sent::Away { .. } => panic!("{sender}: {sent:?}"),
        }
    }
}
