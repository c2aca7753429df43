//! Mail: sessions kept open between letters, one letter at a time on each.
//!
//! A session is taken out of its slot before a letter begins and put back only when the
//! server has said what became of it; every step has a time limit.

mod compose;
mod session;

use std::{
    fmt, io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{
    net::TcpStream,
    sync::Semaphore,
    time::{Instant, timeout},
};

use super::{Letter, Sent, tls};
use crate::{
    config::{
        hidden::Found,
        smtp::{SmtpConfig, Tls},
    },
    core::timestamp::Timestamp,
};
use compose::{Mail, Sender};
use session::{Login, Refusal, Security, Session, Shield};

/// Servers close a session after so many mails; closing it ourselves is one failure less.
const MAILS_PER_SESSION: u32 = 100;
/// Servers answer ever more slowly to who is often refused.
const REFUSALS_PER_SESSION: u32 = 5;
/// A session that rested longer may be gone without a word: firewalls forget quiet lines.
const REST: Duration = Duration::from_secs(30);
/// How long a rested session may take to answer before a new one is tried.
const WAKING: Duration = Duration::from_secs(5);
/// How long a server may take over a courtesy: a farewell, a refused mail taken back.
const COURTESY: Duration = Duration::from_secs(1);

/// A mail server.
pub struct Smtp {
    host: String,
    port: u16,
    security: Security,
    hello: String,
    credentials: Option<Credentials>,
    sender: Sender,
    max_bytes: usize,
    timeout: Duration,
    /// One permit for each session that may be open.
    permits: Semaphore,
    /// Sessions between two letters.
    resting: Mutex<Vec<Session>>,
}

struct Credentials {
    username: String,
    secret: Found,
    is_token: bool,
}

impl Credentials {
    fn of(config: &SmtpConfig) -> Option<Self> {
        let username = config.username.clone()?;
        let (secret, is_token) = match (&config.oauth_token, &config.password) {
            (Some(token), _) => (token, true),
            (None, Some(password)) => (password, false),
            (None, None) => return None,
        };
        Some(Self { username, secret: secret.clone(), is_token })
    }

    /// The login of this moment: tokens live an hour, and a helper writes the next into the file.
    fn login(&self) -> Login {
        let username = self.username.clone();
        let secret = self.secret.current().reveal().to_owned();
        if self.is_token {
            Login::Token { username, token: secret }
        } else {
            Login::Password { username, password: secret }
        }
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
        let hello = idna::domain_to_ascii(&config.hello)
            .map_err(|_| format!("`hello` is no name of a host: `{}`", config.hello))?;
        Ok(Self {
            host: config.host.clone(),
            port: config.port,
            security: security(config)?,
            hello,
            credentials: Credentials::of(config),
            sender: Sender::new(config)?,
            max_bytes: config.max_bytes,
            timeout: config.timeout,
            permits: Semaphore::new(config.connections),
            resting: Mutex::new(Vec::new()),
        })
    }

    /// Sends one mail to one recipient.
    pub async fn send(&self, letter: &Letter, now: Timestamp) -> Sent {
        let mail = match self.sender.compose(letter, now) {
            Ok(mail) => mail,
            Err(reason) => return Sent::Never { reason },
        };
        if mail.bytes.len() > self.max_bytes {
            let (size, most) = (mail.bytes.len(), self.max_bytes);
            return never(format!("the mail has {size} bytes and `max_bytes` is {most}"));
        }
        let Ok(Ok(_permit)) = timeout(self.timeout, self.permits.acquire()).await else {
            return later(format!("no session was free within {:?}", self.timeout));
        };
        let mut session = match timeout(self.timeout, self.begin(&mail)).await {
            Ok(Ok(session)) => session,
            Ok(Err(sent)) => return sent,
            Err(_) => {
                let reason = format!("{} did not greet within {:?}", self.place(), self.timeout);
                return Sent::Away { reason };
            }
        };
        match timeout(self.timeout, session.finish(&mail)).await {
            Ok(Ok(reply)) => {
                session.mails += 1;
                self.rest(session).await;
                Sent::Accepted { provider: reply.to_string(), ids: Vec::new() }
            }
            Ok(Err(refusal)) => self.refused(session, &refusal).await,
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
    async fn begin(&self, mail: &Mail) -> Result<Session, Sent> {
        loop {
            let resting = self.resting.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let Some(mut session) = resting else { break };
            if session.rested.elapsed() > REST {
                continue;
            }
            match timeout(WAKING, session.sender(mail)).await {
                Ok(Ok(())) => return Ok(session),
                Ok(Err(refusal @ Refusal::Unfit(_))) => {
                    return Err(self.refused(session, &refusal).await);
                }
                Ok(Err(Refusal::Said(_) | Refusal::Broken(_))) | Err(_) => {}
            }
        }
        let mut session = self.open().await.map_err(|reason| Sent::Away { reason })?;
        match session.sender(mail).await {
            Ok(()) => Ok(session),
            Err(refusal) => Err(self.refused(session, &refusal).await),
        }
    }

    /// What a refusal means for the letter; the session stays if it knows where it stands.
    async fn refused(&self, mut session: Session, refusal: &Refusal) -> Sent {
        session.refusals += 1;
        if refusal.leaves_in_step()
            && session.refusals < REFUSALS_PER_SESSION
            && matches!(timeout(COURTESY, session.reset()).await, Ok(Ok(())))
        {
            self.rest(session).await;
        }
        let reason = refusal.to_string();
        if refusal.is_final() { never(reason) } else { later(reason) }
    }

    async fn rest(&self, mut session: Session) {
        if session.mails < MAILS_PER_SESSION {
            session.rested = Instant::now();
            self.resting.lock().unwrap_or_else(PoisonError::into_inner).push(session);
            return;
        }
        // A farewell is a courtesy: the mail is accepted whatever becomes of it.
        drop(timeout(COURTESY, session.quit()).await);
    }

    /// Greets, protects the line as configured and logs in. Whatever fails here is about us, not about a letter.
    async fn open(&self) -> Result<Session, String> {
        let unreachable = |error: io::Error| format!("cannot reach {}: {error}", self.place());
        let stream =
            TcpStream::connect((self.host.as_str(), self.port)).await.map_err(unreachable)?;
        // A mail is several small writes; waiting to gather them costs 40 ms each.
        stream.set_nodelay(true).map_err(unreachable)?;
        let mut session = Session::open(stream, &self.security, &self.hello)
            .await
            .map_err(|refusal| format!("the greeting of {} failed: {refusal}", self.place()))?;
        if let Some(credentials) = &self.credentials {
            let done = session.log_in(&credentials.login()).await;
            done.map_err(|refusal| format!("the login failed: {refusal}"))?;
        }
        Ok(session)
    }
}

fn security(config: &SmtpConfig) -> Result<Security, String> {
    let shield = || {
        let own = config.certificate.as_ref().map(|pair| (&*pair.certificates, &*pair.key));
        let settings = Arc::new(tls::settings(config.ca_file.as_deref(), own)?);
        Ok::<_, String>(Shield { settings, name: tls::name(&config.host)? })
    };
    Ok(match config.tls {
        Tls::None => Security::Clear,
        Tls::Starttls => Security::Starttls(shield()?),
        Tls::Implicit => Security::Implicit(shield()?),
    })
}

fn later(reason: String) -> Sent {
    Sent::Later { reason }
}

fn never(reason: String) -> Sent {
    Sent::Never { reason }
}
