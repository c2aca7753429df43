//! A real mail server: Postfix with its own folder, ports and certificates, Dovecot
//! for its logins, mail delivered into Maildirs that the test reads.

use std::{
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{
    certificates::certificates,
    process::{Server, tool},
    run::run,
    wait::{free_port, listening, until},
};

pub const USER: &str = "duban";
pub const PASSWORD: &str = "s3cret";

/// A running mail server.
pub struct Postfix {
    folder: tempfile::TempDir,
    /// Offers STARTTLS and asks for a login.
    pub starttls: u16,
    /// TLS from the first byte.
    pub implicit: u16,
    /// One for each service that was asked for.
    pub ports: Vec<u16>,
    _servers: Vec<Server>,
}

const MAIN_CF: &str = "\
compatibility_level = 3.6
queue_directory = @DIR@/queue
data_directory = @DIR@/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
maillog_file = @DIR@/maillog
maillog_file_prefixes = @DIR@
multi_instance_name = postfix-duban
multi_instance_enable = yes
myhostname = mail.duban.test
mydestination =
inet_interfaces = loopback-only
inet_protocols = ipv4
mynetworks =
relay_domains =
alias_maps =
alias_database =
virtual_mailbox_domains = duban.test, xn--fsqu00a.test
virtual_mailbox_base = @DIR@/mail
virtual_mailbox_maps = inline:{ alice@duban.test=alice/, bob@duban.test=bob/, 张三@duban.test=san/, alice@xn--fsqu00a.test=idn/ }
virtual_minimum_uid = 1
virtual_uid_maps = static:65534
virtual_gid_maps = static:65534
smtpd_recipient_restrictions = permit_sasl_authenticated, reject
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_tls_cert_file = @DIR@/ca/cert.pem
smtpd_tls_key_file = @DIR@/ca/key.pem
smtpd_tls_CAfile = @DIR@/ca/ca.pem
smtpd_sasl_mechanism_filter = plain
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = inet:127.0.0.1:@AUTH@
smtpd_error_sleep_time = 0
smtpd_client_connection_count_limit = 0
";

const MASTER_CF: &str = "\
127.0.0.1:@STARTTLS@ inet n - n - - smtpd
127.0.0.1:@IMPLICIT@ inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
virtual unix - n n - - virtual
error unix - - n - - error
retry unix - - n - - error
tlsmgr unix - - n 1000? 1 tlsmgr
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
";

const DOVECOT_CONF: &str = "\
base_dir = @DIR@/dovecot
state_dir = @DIR@/dovecot-state
log_path = @DIR@/dovecot.log
instance_name = duban
protocols =
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2
auth_failure_delay = 0
passdb {
  driver = passwd-file
  args = scheme=PLAIN @DIR@/users
}
passdb {
  driver = oauth2
  mechanisms = xoauth2
  args = @DIR@/oauth2.conf
}
userdb {
  driver = static
  args = uid=65534 gid=65534 home=/nonexistent
}
service auth {
  inet_listener {
    address = 127.0.0.1
    port = @AUTH@
  }
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
";

/// Dovecot asks a server of ours which user a token belongs to.
const OAUTH2_CONF: &str = "\
tokeninfo_url = http://127.0.0.1:@TOKENS@/?access_token=
introspection_mode = auth
username_attribute = user
";
/// Knows the one token that stands in a file.
const TOKENS: &str = "
import http.server, json, sys, urllib.parse
class Tokens(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        asked = urllib.parse.parse_qs(urllib.parse.urlparse(self.path).query)['access_token'][0]
        known = asked == open(sys.argv[1]).read()
        body = json.dumps({'user': 'duban', 'access_token': asked} if known else {'error': 'invalid_token'}).encode()
        self.send_response(200 if known else 400)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args):
        pass
server = http.server.HTTPServer(('127.0.0.1', 0), Tokens)
print(server.server_port, flush=True)
server.serve_forever()
";

impl Postfix {
    /// Starts a fresh server and waits until it takes connections.
    pub fn start() -> Self {
        Self::with(&[])
    }

    /// The same with more ports, each with settings of its own as `master.cf` has them.
    pub fn with(services: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let dir = folder.path();
        // The daemons drop root before they open their files.
        open_to_all(dir);
        for name in ["conf", "data", "queue", "mail"] {
            std::fs::create_dir(dir.join(name)).expect("the scratch folder takes folders");
        }
        run(tool("/usr/bin/chown", "coreutils").args(["postfix", "data"]).current_dir(dir));
        run(tool("/usr/bin/chown", "coreutils").args(["65534:65534", "mail"]).current_dir(dir));
        certificates(&dir.join("ca"));
        let [starttls, implicit, auth] = [free_port(), free_port(), free_port()];
        let ports: Vec<u16> = services.iter().map(|_| free_port()).collect();
        let more: Vec<String> = std::iter::zip(&ports, services)
            .map(|(port, options)| format!("127.0.0.1:{port} inet n - n - - smtpd {options}\n"))
            .collect();
        let (tokens, token_port) = Server::announced(
            tool("python3", "python3").args(["-c", TOKENS]).arg(dir.join("token")),
        );
        let write = |name: &str, text: &str| {
            let text = text
                .replace("@DIR@", &dir.display().to_string())
                .replace("@STARTTLS@", &starttls.to_string())
                .replace("@IMPLICIT@", &implicit.to_string())
                .replace("@AUTH@", &auth.to_string())
                .replace("@TOKENS@", &token_port);
            std::fs::write(dir.join(name), text).expect("the scratch folder takes files");
        };
        write("conf/main.cf", MAIN_CF);
        write("conf/master.cf", &[MASTER_CF, &more.concat()].concat());
        write("oauth2.conf", OAUTH2_CONF);
        write("dovecot.conf", DOVECOT_CONF);
        write("users", &format!("{USER}:{PASSWORD}\n"));
        let logins = Server::start(
            tool("/usr/sbin/dovecot", "dovecot-core")
                .args(["-F", "-c"])
                .arg(dir.join("dovecot.conf"))
                .stderr(Stdio::null()),
        );
        listening(auth, "dovecot");
        let done = postfix(dir, "start").output().expect("postfix can be started");
        let log = std::fs::read_to_string(dir.join("maillog")).unwrap_or_default();
        let words = String::from_utf8_lossy(&done.stderr);
        assert!(
            done.status.success(),
            "postfix did not start (the tests need root): {words}\n{log}"
        );
        listening(starttls, "postfix");
        listening(implicit, "postfix");
        for port in &ports {
            listening(*port, "postfix");
        }
        Self { folder, starttls, implicit, ports, _servers: vec![logins, tokens] }
    }

    /// Lets `token` be the one that counts from now on.
    pub fn know_token(&self, token: &str) {
        std::fs::write(self.folder.path().join("token"), token).expect("a scratch folder");
    }

    /// The folder of the authority, with a certificate and its key.
    pub fn certificates(&self) -> PathBuf {
        self.folder.path().join("ca")
    }

    /// The certificate of the authority that signed the server's.
    pub fn authority(&self) -> PathBuf {
        self.folder.path().join("ca/ca.pem")
    }

    /// The mails `user` has, once there are `count`.
    pub fn mails(&self, user: &str, count: usize) -> Vec<PathBuf> {
        let folder = self.folder.path().join("mail").join(user).join("new");
        until(&format!("{user} has {count} mails"), || {
            let entries = std::fs::read_dir(&folder).ok()?;
            let mails: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
            (mails.len() >= count).then_some(mails)
        })
    }

    /// What the server wrote down.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("maillog")).expect("a log")
    }

    /// How many sessions carried mail. One process serves many, one after the other.
    pub fn sessions(&self) -> usize {
        let mut fresh = std::collections::BTreeSet::new();
        let mut count = 0;
        for line in self.log().lines() {
            let process = line.split("smtpd[").nth(1).and_then(|rest| rest.split(']').next());
            let Some(process) = process.map(str::to_owned) else { continue };
            if line.contains(": connect from ") {
                fresh.insert(process);
            } else if line.contains("sasl_username=") && fresh.remove(&process) {
                count += 1;
            }
        }
        count
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        drop(postfix(self.folder.path(), "abort").output());
    }
}

fn postfix(dir: &Path, word: &str) -> Command {
    let mut command = tool("/usr/sbin/postfix", "postfix");
    command.arg("-c").arg(dir.join("conf")).arg(word);
    command
}

fn open_to_all(folder: &Path) {
    let mode = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(folder, mode).expect("our own folder");
}
