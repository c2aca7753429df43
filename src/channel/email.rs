//! Mail: sessions of our own on our own sockets, one letter at a time on each.
//!
//! Three things are different from what the mail crate offers, each for a reason that
//! was measured: its pool hands a session that was cancelled in the middle of a letter
//! to the next one, which then reads the reply of the first and believes to be sent; it
//! waits for ever on a silent server; and without `TCP_NODELAY` each mail costs 40 ms.
//! So a session is taken out of its slot before a letter begins and put back only after
//! reply 250, every step has a time limit, and the socket is ours.

use std::{
    fmt, io,
    pin::Pin,
    sync::{Mutex, PoisonError},
    task::{Context, Poll},
    time::{Duration, UNIX_EPOCH},
};

use lettre::{
    Address, Message,
    address::Envelope,
    message::{
        Mailbox, MultiPart, SinglePart,
        header::{HeaderName, HeaderValue},
    },
    transport::smtp::{
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, AsyncTokioStream, Certificate, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::{ClientId, MailParameter},
        response::Response,
    },
};
use rustls::pki_types::{CertificateDer, ServerName};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    sync::Semaphore,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::{Letter, Sent, tls};
use crate::{
    config::channels::{SmtpConfig, Tls},
    core::timestamp::Timestamp,
};

/// Servers close a session after so many mails; closing it ourselves is one failure less.
const MAILS_PER_SESSION: u32 = 100;
/// How long a server may take to say goodbye.
const FAREWELL: Duration = Duration::from_secs(1);
/// Replies that mean our own login is wrong, not the letter.
const LOGIN_REPLIES: [u16; 4] = [530, 534, 535, 538];

/// A mail server.
pub struct Smtp {
    host: String,
    port: u16,
    security: Security,
    hello: ClientId,
    credentials: Option<Credentials>,
    from: Mailbox,
    reply_to: Option<Mailbox>,
    timeout: Duration,
    /// One permit for each session that may be open.
    permits: Semaphore,
    /// Sessions between two letters.
    resting: Mutex<Vec<Session>>,
}

enum Security {
    Clear,
    Starttls(TlsParameters),
    Implicit(TlsConnector, ServerName<'static>),
}

struct Session {
    connection: AsyncSmtpConnection,
    mails: u32,
}

type Refusal = lettre::transport::smtp::Error;

impl Session {
    /// Names the sender, the first word of a letter.
    async fn sender(&mut self, envelope: &Envelope) -> Result<(), Refusal> {
        // The body is ASCII by construction; an address may not be.
        let mut addresses = envelope.to().iter().chain(envelope.from());
        let parameters = if addresses.all(|address| address.to_string().is_ascii()) {
            Vec::new()
        } else {
            vec![MailParameter::SmtpUtfEight]
        };
        self.connection.command(Mail::new(envelope.from().cloned(), parameters)).await.map(drop)
    }

    /// Names the recipient and hands the letter over.
    async fn finish(&mut self, envelope: &Envelope, mail: &[u8]) -> Result<Response, Refusal> {
        for to in envelope.to() {
            self.connection.command(Rcpt::new(to.clone(), Vec::new())).await?;
        }
        self.connection.command(Data).await?;
        self.connection.message(mail).await
    }
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp")
            .field("host", &self.host)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

impl Smtp {
    /// Makes the channel ready; asks nothing of the network.
    pub fn new(config: &SmtpConfig) -> Result<Self, String> {
        let authorities = tls::authorities(config.ca_file.as_deref())?;
        let mailbox = |key: &str, text: &str| {
            text.parse::<Mailbox>().map_err(|error| {
                format!("`{key}` is no mail address: {error}; write `Name <user@host>`")
            })
        };
        let credentials =
            config.username.as_ref().zip(config.password.as_ref()).map(|(username, password)| {
                Credentials::new(username.clone(), password.secret.reveal().to_owned())
            });
        Ok(Self {
            host: config.host.clone(),
            port: config.port,
            security: security(config, authorities)?,
            hello: ClientId::Domain(config.hello.clone()),
            credentials,
            from: mailbox("from", &config.from)?,
            reply_to: config.reply_to.as_ref().map(|text| mailbox("reply_to", text)).transpose()?,
            timeout: config.timeout,
            permits: Semaphore::new(config.connections),
            resting: Mutex::new(Vec::new()),
        })
    }

    /// Sends one mail to one recipient.
    pub async fn send(&self, letter: &Letter, now: Timestamp) -> Sent {
        let mail = match self.compose(letter, now) {
            Ok(mail) => mail,
            Err(reason) => return Sent::Never { reason },
        };
        let Ok(Ok(_permit)) = timeout(self.timeout, self.permits.acquire()).await else {
            return later(format!("no session was free within {:?}", self.timeout));
        };
        let mut session = match timeout(self.timeout, self.begin(mail.envelope())).await {
            Ok(Ok(session)) => session,
            Ok(Err(sent)) => return sent,
            Err(_) => {
                return later(format!("{} did not greet within {:?}", self.place(), self.timeout));
            }
        };
        match timeout(self.timeout, session.finish(mail.envelope(), &mail.formatted())).await {
            Ok(Ok(reply)) if u16::from(reply.code()) == 250 => {
                let words = reply.message().collect::<Vec<_>>().join(" ");
                session.mails += 1;
                self.rest(session).await;
                Sent::Accepted { provider: format!("250 {words}"), ids: Vec::new() }
            }
            Ok(Ok(reply)) => later(format!("unexpected reply {} to a mail", reply.code())),
            Ok(Err(error)) => verdict(&error),
            Err(_) => later(format!("{} did not answer within {:?}", self.place(), self.timeout)),
        }
    }

    fn place(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// A session that has taken our sender: one out of its slot, or a new one.
    ///
    /// A resting session may have outlived the server's patience. Up to the sender no letter
    /// can have been accepted, so the next session is tried without any risk of doubling.
    async fn begin(&self, envelope: &Envelope) -> Result<Session, Sent> {
        loop {
            let resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some(mut session) = resting else { break };
            if session.sender(envelope).await.is_ok() {
                return Ok(session);
            }
        }
        let mut session = self.open().await.map_err(later)?;
        session.sender(envelope).await.map_err(|error| verdict(&error))?;
        Ok(session)
    }

    async fn rest(&self, mut session: Session) {
        if session.mails < MAILS_PER_SESSION {
            self.resting.lock().unwrap_or_else(PoisonError::into_inner).push(session);
            return;
        }
        // A farewell is a courtesy: the mail is accepted whatever becomes of it.
        drop(timeout(FAREWELL, session.connection.quit()).await);
    }

    /// Greets, protects the line as configured and logs in. Whatever fails here is about us, not about a letter.
    async fn open(&self) -> Result<Session, String> {
        let unreachable = |error: io::Error| format!("cannot reach {}: {error}", self.place());
        let stream =
            TcpStream::connect((self.host.as_str(), self.port)).await.map_err(unreachable)?;
        stream.set_nodelay(true).map_err(unreachable)?;
        let refused = |step: &'static str| move |error: Refusal| format!("{step} failed: {error}");
        let stream: Box<dyn AsyncTokioStream> = match &self.security {
            Security::Implicit(connector, name) => {
                let stream = connector.connect(name.clone(), stream).await;
                Box::new(Encrypted(stream.map_err(|error| format!("TLS failed: {error}"))?))
            }
            Security::Clear | Security::Starttls(_) => Box::new(stream),
        };
        let mut connection = AsyncSmtpConnection::connect_with_transport(stream, &self.hello)
            .await
            .map_err(refused("the greeting"))?;
        if let Security::Starttls(parameters) = &self.security {
            if !connection.can_starttls() {
                return Err(format!(
                    "{} does not offer STARTTLS and nothing is sent in clear",
                    self.place()
                ));
            }
            connection
                .starttls(parameters.clone(), &self.hello)
                .await
                .map_err(refused("STARTTLS"))?;
        }
        if let Some(credentials) = &self.credentials {
            let ways = [Mechanism::Plain, Mechanism::Login];
            connection.auth(&ways, credentials).await.map_err(refused("the login"))?;
        }
        Ok(Session { connection, mails: 0 })
    }

    /// The mail as it travels.
    fn compose(&self, letter: &Letter, now: Timestamp) -> Result<Message, String> {
        // The parser's own words would repeat the address.
        let to: Address = letter.to.parse().map_err(|_| "not a mail address".to_owned())?;
        let domain = self.from.email.domain();
        let thread = blake3::hash(letter.ticket.as_bytes()).to_hex();
        let thread = format!("<ticket-{}@{domain}>", &thread[..32]);
        let date = UNIX_EPOCH + Duration::from_millis(now.0.max(0).cast_unsigned());
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(letter.subject.clone())
            .date(date)
            .message_id(Some(format!("<{}@{domain}>", letter.message_id)))
            .in_reply_to(thread.clone())
            .references(thread)
            // Holiday replies stay away from mail that says it was made by a machine.
            .raw_header(raw("Auto-Submitted", "auto-generated"))
            .raw_header(raw("Content-Language", if letter.language == "en" { "en" } else { "zh" }));
        if let Some(reply_to) = &self.reply_to {
            builder = builder.reply_to(reply_to.clone());
        }
        let mail = match &letter.html {
            Some(html) => builder
                .multipart(MultiPart::alternative_plain_html(letter.text.clone(), html.clone())),
            None => builder.singlepart(SinglePart::plain(letter.text.clone())),
        };
        mail.map_err(|error| format!("the mail cannot be written: {error}"))
    }
}

fn security(
    config: &SmtpConfig,
    authorities: Vec<CertificateDer<'static>>,
) -> Result<Security, String> {
    match config.tls {
        Tls::None => Ok(Security::Clear),
        Tls::Starttls => {
            let mut builder = TlsParameters::builder(config.host.clone());
            for authority in authorities {
                let authority = Certificate::from_der(authority.to_vec())
                    .map_err(|error| format!("`ca_file`: {error}"))?;
                builder = builder.add_root_certificate(authority);
            }
            builder.build_rustls().map(Security::Starttls).map_err(|error| format!("TLS: {error}"))
        }
        Tls::Implicit => {
            let (connector, name) = tls::connector(&config.host, authorities)?;
            Ok(Security::Implicit(connector, name))
        }
    }
}

fn later(reason: String) -> Sent {
    Sent::Later { reason }
}

/// What a failed letter means: 5yz is about the letter, everything else may pass.
fn verdict(error: &Refusal) -> Sent {
    let reason = error.to_string();
    let login = error.status().is_some_and(|code| LOGIN_REPLIES.contains(&u16::from(code)));
    if error.is_permanent() && !login { Sent::Never { reason } } else { Sent::Later { reason } }
}

fn raw(name: &'static str, text: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), text.to_owned())
}

/// A TLS stream the mail crate takes.
#[derive(Debug)]
struct Encrypted(TlsStream<TcpStream>);

impl AsyncTokioStream for Encrypted {
    fn peer_addr(&self) -> io::Result<std::net::SocketAddr> {
        self.0.get_ref().0.peer_addr()
    }
}

impl AsyncRead for Encrypted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Encrypted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
