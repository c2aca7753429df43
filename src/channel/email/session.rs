//! One SMTP session (RFC 5321) on a socket of our own, one mail at a time.
//!
//! Four things the mail crate's sessions do not give, each found the hard way: its pool hands
//! a session cancelled in the middle of a mail to the next one, which then reads the reply of
//! the first and believes to be sent; it waits for ever on a silent server; without
//! `TCP_NODELAY` each mail costs 40 ms; and it neither shows a client certificate from a file
//! nor tells what size a server takes.
//!
//! Dropping a session is always right: whatever is on the line goes with it.

use std::{fmt, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use rustls::pki_types::ServerName;
use tokio::{
    io::{
        AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _,
        BufReader,
    },
    net::TcpStream,
    time::Instant,
};
use tokio_rustls::TlsConnector;

use super::compose::Mail;

/// The most of one reply that is read.
const REPLY_BYTES_MAX: u64 = 64 * 1024;
/// Replies that mean our own login is wrong, not the letter.
const LOGIN_REPLIES: [u16; 4] = [530, 534, 535, 538];
/// The server is about to hang up.
const CLOSING: u16 = 421;

/// What a server says: its code and its words.
#[derive(Debug, PartialEq, Eq)]
pub struct Reply {
    pub code: u16,
    lines: Vec<String>,
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.code, self.lines.join(" "))
    }
}

/// Why something did not work.
#[derive(Debug)]
pub enum Refusal {
    /// The server said no; the session goes on.
    Said(Reply),
    /// The mail does not fit this server, which was not asked.
    Unfit(String),
    /// The line broke, or what came is no SMTP.
    Broken(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Said(reply) => write!(f, "{reply}"),
            Self::Unfit(why) | Self::Broken(why) => f.write_str(why),
        }
    }
}

impl Refusal {
    /// Whether it is about this letter for good: 5yz is, everything else may pass.
    pub fn is_final(&self) -> bool {
        match self {
            Self::Said(reply) => reply.code >= 500 && !LOGIN_REPLIES.contains(&reply.code),
            Self::Unfit(_) => true,
            Self::Broken(_) => false,
        }
    }

    /// Whether the session knows where it stands.
    pub fn leaves_in_step(&self) -> bool {
        match self {
            Self::Said(reply) => reply.code != CLOSING,
            Self::Unfit(_) => true,
            Self::Broken(_) => false,
        }
    }
}

/// How the line is protected.
pub enum Security {
    Clear,
    Starttls(Shield),
    Implicit(Shield),
}

/// TLS, and the name the server has to prove.
pub struct Shield {
    pub settings: Arc<rustls::ClientConfig>,
    pub name: ServerName<'static>,
}

/// Who we are.
pub enum Login {
    Password { username: String, password: String },
    Token { username: String, token: String },
}

/// What the server can do, from its answer to EHLO.
#[derive(Debug, Default, PartialEq, Eq)]
struct Offers {
    starttls: bool,
    utf8: bool,
    /// The largest mail, where it says one.
    size: Option<usize>,
    /// Whether it takes the size of a mail with its sender.
    asks_size: bool,
    logins: Vec<String>,
}

impl Offers {
    fn of(reply: &Reply) -> Self {
        let mut offers = Self::default();
        for line in reply.lines.iter().skip(1) {
            // `AUTH=LOGIN` is how some say it.
            let mut words = line.split([' ', '=']).map(str::to_ascii_uppercase);
            match words.next().unwrap_or_default().as_str() {
                "STARTTLS" => offers.starttls = true,
                "SMTPUTF8" => offers.utf8 = true,
                "SIZE" => {
                    offers.asks_size = true;
                    // 0 means that there is no fixed limit.
                    let size = words.next().and_then(|size| size.parse().ok());
                    offers.size = size.filter(|size| *size > 0);
                }
                "AUTH" => offers.logins.extend(words),
                _ => {} // what we have no use for
            }
        }
        offers
    }
}

trait Line: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Line for T {}

/// An open session.
pub struct Session {
    line: BufReader<Box<dyn Line>>,
    offers: Offers,
    /// Mails it has carried.
    pub mails: u32,
    /// Mails the server did not take.
    pub refusals: u32,
    /// When it carried the last one.
    pub rested: Instant,
}

impl Session {
    /// Greets on a fresh connection and protects it as wanted.
    pub async fn open(
        stream: TcpStream,
        security: &Security,
        hello: &str,
    ) -> Result<Self, Refusal> {
        if let Security::Implicit(shield) = security {
            let stream = protect(shield, stream).await?;
            return Self::greeted(Box::new(stream), hello).await;
        }
        let Security::Starttls(shield) = security else {
            return Self::greeted(Box::new(stream), hello).await;
        };
        let mut line = BufReader::new(stream);
        expect(&mut line, 220).await?;
        let offers = greet(&mut line, hello).await?;
        if !offers.starttls {
            let why = "the server does not offer STARTTLS and nothing is sent in clear";
            return Err(Refusal::Broken(why.to_owned()));
        }
        command(&mut line, "STARTTLS", 220).await?;
        if !line.buffer().is_empty() {
            // What was put before the handshake by somebody on the line would be read after it.
            return Err(Refusal::Broken("the server spoke before the handshake".to_owned()));
        }
        let stream = protect(shield, line.into_inner()).await?;
        Self::introduced(BufReader::new(Box::new(stream)), hello).await
    }

    async fn greeted(stream: Box<dyn Line>, hello: &str) -> Result<Self, Refusal> {
        let mut line = BufReader::new(stream);
        expect(&mut line, 220).await?;
        Self::introduced(line, hello).await
    }

    async fn introduced(mut line: BufReader<Box<dyn Line>>, hello: &str) -> Result<Self, Refusal> {
        let offers = greet(&mut line, hello).await?;
        Ok(Self { line, offers, mails: 0, refusals: 0, rested: Instant::now() })
    }

    /// Logs in by a way the server offers.
    pub async fn log_in(&mut self, login: &Login) -> Result<(), Refusal> {
        let offered = |way: &str| self.offers.logins.iter().any(|offer| offer == way);
        match login {
            Login::Token { username, token } if offered("XOAUTH2") => {
                let words = format!("user={username}\x01auth=Bearer {token}\x01\x01");
                let first = format!("AUTH XOAUTH2 {}", BASE64.encode(words));
                let reply = self.say(&first).await?;
                if reply.code == 334 {
                    // Why it does not like the token, in a language of its own; then the verdict.
                    return self.command("", 235).await;
                }
                wanted(reply, 235)
            }
            Login::Password { username, password } if offered("PLAIN") => {
                let words = BASE64.encode(format!("\0{username}\0{password}"));
                self.command(&format!("AUTH PLAIN {words}"), 235).await
            }
            Login::Password { username, password } if offered("LOGIN") => {
                self.command("AUTH LOGIN", 334).await?;
                self.command(&BASE64.encode(username), 334).await?;
                self.command(&BASE64.encode(password), 235).await
            }
            Login::Token { .. } | Login::Password { .. } => Err(Refusal::Broken(format!(
                "the server offers no login we can use: `{}`",
                self.offers.logins.join(" ")
            ))),
        }
    }

    /// Names the sender. Up to here no mail can have been accepted.
    pub async fn sender(&mut self, mail: &Mail) -> Result<(), Refusal> {
        if mail.is_international() && !self.offers.utf8 {
            return Err(Refusal::Unfit(
                "the address has letters this mail server does not take (no SMTPUTF8)".to_owned(),
            ));
        }
        let size = mail.bytes.len();
        if let Some(most) = self.offers.size.filter(|most| size > *most) {
            return Err(Refusal::Unfit(format!(
                "the mail has {size} bytes and the mail server takes {most} at most"
            )));
        }
        let size = if self.offers.asks_size { format!(" SIZE={size}") } else { String::new() };
        let utf8 = if mail.is_international() { " SMTPUTF8" } else { "" };
        self.command(&format!("MAIL FROM:<{}>{size}{utf8}", mail.from), 250).await
    }

    /// Names the recipient and hands the mail over.
    pub async fn finish(&mut self, mail: &Mail) -> Result<Reply, Refusal> {
        let reply = self.say(&format!("RCPT TO:<{}>", mail.to)).await?;
        if reply.code != 251 {
            wanted(reply, 250)?; // 251: it will forward it
        }
        self.command("DATA", 354).await?;
        self.write(&stuffed(&mail.bytes)).await?;
        let reply = self.reply().await?;
        if reply.code == 250 { Ok(reply) } else { Err(Refusal::Said(reply)) }
    }

    /// Takes back a mail that was refused, so that the session can carry another.
    pub async fn reset(&mut self) -> Result<(), Refusal> {
        self.command("RSET", 250).await
    }

    /// Says goodbye.
    pub async fn quit(mut self) -> Result<(), Refusal> {
        self.command("QUIT", 221).await
    }

    async fn say(&mut self, words: &str) -> Result<Reply, Refusal> {
        self.write(format!("{words}\r\n").as_bytes()).await?;
        self.reply().await
    }

    async fn command(&mut self, words: &str, code: u16) -> Result<(), Refusal> {
        wanted(self.say(words).await?, code)
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Refusal> {
        write(&mut self.line, bytes).await
    }

    async fn reply(&mut self) -> Result<Reply, Refusal> {
        read_reply(&mut self.line).await
    }
}

async fn protect(
    shield: &Shield,
    stream: TcpStream,
) -> Result<tokio_rustls::client::TlsStream<TcpStream>, Refusal> {
    let connector = TlsConnector::from(shield.settings.clone());
    let stream = connector.connect(shield.name.clone(), stream).await;
    stream.map_err(|error| Refusal::Broken(format!("TLS failed: {error}")))
}

async fn greet<L: Line>(line: &mut BufReader<L>, hello: &str) -> Result<Offers, Refusal> {
    write(line, format!("EHLO {hello}\r\n").as_bytes()).await?;
    let reply = read_reply(line).await?;
    if reply.code == 250 { Ok(Offers::of(&reply)) } else { Err(Refusal::Said(reply)) }
}

async fn command<L: Line>(line: &mut BufReader<L>, words: &str, code: u16) -> Result<(), Refusal> {
    write(line, format!("{words}\r\n").as_bytes()).await?;
    expect(line, code).await
}

async fn expect<L: Line>(line: &mut BufReader<L>, code: u16) -> Result<(), Refusal> {
    wanted(read_reply(line).await?, code)
}

fn wanted(reply: Reply, code: u16) -> Result<(), Refusal> {
    if reply.code == code { Ok(()) } else { Err(Refusal::Said(reply)) }
}

async fn write<L: Line>(line: &mut BufReader<L>, bytes: &[u8]) -> Result<(), Refusal> {
    let written = async {
        line.write_all(bytes).await?;
        line.flush().await
    };
    written.await.map_err(|error| Refusal::Broken(format!("the line broke: {error}")))
}

async fn read_reply<L: Line>(line: &mut BufReader<L>) -> Result<Reply, Refusal> {
    let mut left = line.take(REPLY_BYTES_MAX);
    let mut lines = Vec::new();
    loop {
        let mut bytes = Vec::new();
        let read = left.read_until(b'\n', &mut bytes).await;
        read.map_err(|error| Refusal::Broken(format!("the line broke: {error}")))?;
        if !bytes.ends_with(b"\n") {
            return Err(Refusal::Broken("the server hung up in the middle".to_owned()));
        }
        let text = String::from_utf8_lossy(&bytes);
        let (code, last, words) = reply_line(text.trim_end()).ok_or_else(|| {
            Refusal::Broken(format!("this is no SMTP: {}", text.trim_end().escape_debug()))
        })?;
        lines.push(words.to_owned());
        if last {
            return Ok(Reply { code, lines });
        }
    }
}

/// `250-SIZE 1000`: the code, whether it is the last line, and the words.
fn reply_line(line: &str) -> Option<(u16, bool, &str)> {
    let (code, rest) = line.split_at_checked(3)?;
    let code = code.parse().ok().filter(|code| (200..600).contains(code))?;
    match rest.chars().next() {
        None => Some((code, true, "")),
        Some(' ') => Some((code, true, &rest[1..])),
        Some('-') => Some((code, false, &rest[1..])),
        Some(_) => None,
    }
}

/// The mail with a dot before each line that begins with one, and the dot that ends it.
fn stuffed(mail: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(mail.len() + mail.len() / 64 + 5);
    for line in mail.split_inclusive(|byte| *byte == b'\n') {
        if line.first() == Some(&b'.') {
            bytes.push(b'.');
        }
        bytes.extend(line);
    }
    if !bytes.ends_with(b"\r\n") {
        bytes.extend(b"\r\n");
    }
    bytes.extend(b".\r\n");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dot_at_the_begin_of_a_line_is_doubled() {
        #[rustfmt::skip]
        let table = [
            ("a\r\n",             "a\r\n.\r\n"),
            ("a",                 "a\r\n.\r\n"),
            ("",                  "\r\n.\r\n"),
            (".\r\n",             "..\r\n.\r\n"),
            ("a\r\n.\r\nb.c\r\n..d", "a\r\n..\r\nb.c\r\n...d\r\n.\r\n"),
        ];
        for (mail, want) in table {
            assert_eq!(String::from_utf8_lossy(&stuffed(mail.as_bytes())), want, "{mail:?}");
        }
    }

    #[test]
    fn a_line_of_a_reply() {
        #[rustfmt::skip]
        let table = [
            ("250 2.0.0 Ok", Some((250, true,  "2.0.0 Ok"))),
            ("250-SIZE 10",  Some((250, false, "SIZE 10"))),
            ("354",          Some((354, true,  ""))),
            ("550 督办",      Some((550, true,  "督办"))),
            ("督办",          None),
            ("99 x",         None),
            ("25",           None),
            ("+50 x",        None),
            ("2505",         None),
            ("",             None),
        ];
        for (line, want) in table {
            assert_eq!(reply_line(line), want, "{line}");
        }
    }

    #[test]
    fn what_a_server_offers() {
        let said = |lines: &[&str]| {
            let lines = ["mail.test"].iter().chain(lines).map(|line| (*line).to_owned()).collect();
            Offers::of(&Reply { code: 250, lines })
        };
        let none = Offers::default;
        let logins = vec!["PLAIN".to_owned(), "XOAUTH2".to_owned()];
        #[rustfmt::skip]
        let table: [(&[&str], Offers); 7] = [
            (&[],                              none()),
            (&["PIPELINING", "8BITMIME"],      none()),
            (&["starttls", "SMTPUTF8"],        Offers { starttls: true, utf8: true, ..none() }),
            (&["SIZE"],                        Offers { asks_size: true, ..none() }),
            (&["SIZE 0"],                      Offers { asks_size: true, ..none() }),
            (&["SIZE 1000"],                   Offers { asks_size: true, size: Some(1000), ..none() }),
            (&["AUTH=PLAIN", "auth xoauth2"],  Offers { logins, ..none() }),
        ];
        for (lines, want) in table {
            assert_eq!(said(lines), want, "{lines:?}");
        }
    }
}
