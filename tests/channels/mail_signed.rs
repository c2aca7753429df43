//! DKIM end to end: a mail out of the receiver's box, verified by somebody else's program.

use std::path::{Path, PathBuf};

use duban::channel::Sent;

use crate::{
    NOW, channel, letter,
    postfix::{PASSWORD, Postfix, USER},
    process::tool,
    run::run,
};

/// Says of each signature of a mail whether it holds; the DNS is a file.
const VERIFIER: &str = "
import dkim, re, sys
mail = open(sys.argv[1], 'rb').read()
names = dict(line.split(' ', 1) for line in open(sys.argv[2]).read().splitlines())
def dns(name, timeout=5):
    return names.get(name.decode().rstrip('.'), '').encode()
head = re.split(rb'\\r?\\n\\r?\\n', mail, maxsplit=1)[0]
for index in range(len(re.findall(rb'(?im)^dkim-signature:', head))):
    try:
        signature = dkim.DKIM(mail)
        held = signature.verify(idx=index, dnsfunc=dns)
        print(signature.signature_fields[b'a'].decode(), 'holds' if held else 'broken')
    except dkim.DKIMException as error:
        print('broken:', error)
";

struct Keys {
    folder: tempfile::TempDir,
}

impl Keys {
    /// A key of each kind, and the records an administrator would publish.
    fn make() -> Self {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let script = "set -e
            openssl genrsa -out rsa.pem 2048 2>/dev/null
            openssl genpkey -algorithm ed25519 -out ed.pem
            rsa=$(openssl rsa -in rsa.pem -pubout -outform DER 2>/dev/null | base64 -w0)
            ed=$(openssl pkey -in ed.pem -pubout -outform DER | tail -c 32 | base64 -w0)
            echo \"one._domainkey.duban.test v=DKIM1; k=rsa; p=$rsa\" > names
            echo \"two._domainkey.duban.test v=DKIM1; k=ed25519; p=$ed\" >> names";

        run(tool("sh", "dash").args(["-c", script]).current_dir(folder.path()));
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn said_of(&self, mail: &Path) -> String {
        let python = &mut tool("/usr/bin/python3", "python3-dkim");
        run(python.args(["-c", VERIFIER]).arg(mail).arg(self.path("names")))
    }
}

#[tokio::test]
async fn another_program_verifies_what_we_signed() {
    let server = Postfix::start();
    let keys = Keys::make();
    std::fs::write(keys.path("password"), PASSWORD).expect("the scratch folder takes files");
    let channel = channel(&format!(
        "kind = 'smtp'\nhost = 'localhost'\nport = {}\nca_file = '{}'\nusername = '{USER}'\n\
         password_file = '{}'\nfrom = '督办 <sla@duban.test>'\nreply_to = '热线 <desk@duban.test>'\n\
         [[channel.dkim]]\nselector = 'one'\nkey_file = '{}'\n\
         [[channel.dkim]]\nselector = 'two'\nalgorithm = 'ed25519'\nkey_file = '{}'\n",
        server.starttls,
        server.authority().display(),
        keys.path("password").display(),
        keys.path("rsa.pem").display(),
        keys.path("ed.pem").display(),
    ));
    let mut plain = letter("bob@duban.test");
    plain.html = None;
    plain.text = "  spaces \t in  a line  \n\n.a dot\n\n\n".into();
    for letter in [letter("alice@duban.test"), plain] {
        let sent = channel.send(&letter, NOW).await;
        assert!(matches!(sent, Sent::Accepted { .. }), "{sent:?}");
    }
    let both = "rsa-sha256 holds\ned25519-sha256 holds\n";
    let alice = server.mails("alice", 1).remove(0);
    assert_eq!(keys.said_of(&alice), both, "text and HTML");
    assert_eq!(keys.said_of(&server.mails("bob", 1)[0]), both, "text alone");

    let mail = std::fs::read_to_string(&alice).expect("a mail is ASCII");
    let (head, body) = mail.split_once("\n\n").expect("a head and a body");
    assert!(!head.contains(" l="), "the whole body is signed: {head}");
    #[rustfmt::skip]
    let table = [
        ("one letter of the body",     mail.replacen(&body[body.len() / 2..], &format!("x{}", &body[body.len() / 2 + 1..]), 1)),
        ("the sender",                 mail.replace("sla@duban.test", "sly@duban.test")),
        ("the date",                   mail.replace("Thu, 14 May 2026 10:00", "Thu, 14 May 2026 11:00")),
        ("another sender above",       format!("From: <desk@duban.test>\n{mail}")),
        ("something after the end",    format!("{mail}<p>pay here</p>\n")),
    ];
    for (name, changed) in table {
        assert_ne!(changed, mail, "{name}");
        let copy = keys.path("changed");
        std::fs::write(&copy, changed).expect("the scratch folder takes files");
        let said = keys.said_of(&copy);
        assert!(said.contains("broken") && !said.contains("holds"), "{name}: {said}");
    }
}
