//! A bound connection: the socket, TLS if wanted, the bind, and frames on it.

use std::{io, time::Duration};

use futures_util::StreamExt as _;
use rusmpp::{
    Command, CommandStatus, Pdu,
    pdus::{BindReceiver, BindTransceiver, BindTransmitter},
    tokio_codec::CommandCodec,
    values::{Npi, Ton},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, ReadHalf, WriteHalf, split},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;
use tokio_util::{
    bytes::BytesMut,
    codec::{Encoder as _, FramedRead, LengthDelimitedCodec},
};

use super::{
    packet::{self, ANSWER, GENERIC_NACK},
    submit::{VERSION, short},
    verdict,
};
use crate::config::smpp::SmppConfig;

/// The longest packet that is read.
const FRAME_MAX: usize = 64 * 1_024;
/// The number of the packet that binds.
const FIRST: u32 = 1;

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// For what a session is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Both,
    Out,
    Back,
}

impl Way {
    /// The word for logs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Both => "transceiver",
            Self::Out => "transmitter",
            Self::Back => "receiver",
        }
    }
}

pub type TlsName = (TlsConnector, rustls::pki_types::ServerName<'static>);

/// What reads.
pub struct Reader(FramedRead<ReadHalf<Box<dyn Stream>>, LengthDelimitedCodec>);

/// What writes.
pub struct Writer {
    half: WriteHalf<Box<dyn Stream>>,
    buffer: BytesMut,
    timeout: Duration,
}

/// A bound connection.
pub struct Link {
    pub reader: Reader,
    pub writer: Writer,
}

/// Connects and binds; the reason if it cannot.
pub async fn open(config: &SmppConfig, tls: Option<&TlsName>, way: Way) -> Result<Link, String> {
    let span = config.timeout;
    timeout(span, bound(config, tls, way)).await.unwrap_or_else(|_| {
        Err(format!("{}:{} did not bind us within {span:?}", config.host, config.port))
    })
}

async fn bound(config: &SmppConfig, tls: Option<&TlsName>, way: Way) -> Result<Link, String> {
    let place = format!("{}:{}", config.host, config.port);
    let unreachable = |error: io::Error| format!("cannot reach {place}: {error}");
    let socket =
        TcpStream::connect((config.host.as_str(), config.port)).await.map_err(unreachable)?;
    socket.set_nodelay(true).map_err(unreachable)?;
    let stream: Box<dyn Stream> = match tls {
        Some((connector, name)) => {
            let stream = connector.connect(name.clone(), socket).await;
            Box::new(stream.map_err(|error| format!("TLS with {place} failed: {error}"))?)
        }
        None => Box::new(socket),
    };
    let (reading, writing) = split(stream);
    let frames = LengthDelimitedCodec::builder()
        .length_field_length(4)
        .num_skip(0)
        .max_frame_length(FRAME_MAX)
        .new_codec();
    let mut reader = Reader(FramedRead::new(reading, frames));
    let mut writer = Writer { half: writing, buffer: BytesMut::new(), timeout: config.timeout };
    writer.write(FIRST, CommandStatus::EsmeRok, bind(config, way)?).await?;
    let answer = loop {
        let frame = reader.next().await?;
        let (head, _) = packet::open(&frame).ok_or("the answer to the bind cannot be read")?;
        let is_answer = head.command & ANSWER != 0 && head.sequence == FIRST;
        if is_answer || head.command == GENERIC_NACK {
            break head;
        }
    };
    if answer.status != 0 {
        return Err(format!("{place} refused the bind: {}", verdict::words(answer.status)));
    }
    Ok(Link { reader, writer })
}

fn bind(config: &SmppConfig, way: Way) -> Result<Pdu, String> {
    let password = config.password.as_ref().map_or("", |found| found.secret.reveal());
    let id = short(&config.system_id, "system_id")?;
    let password = short(password, "the password")?;
    let kind = short(&config.system_type, "system_type")?;
    let range = short("", "address_range")?;
    let (ton, npi) = (Ton::Unknown, Npi::Unknown);
    Ok(match way {
        Way::Both => BindTransceiver::new(id, password, kind, VERSION, ton, npi, range).into(),
        Way::Out => BindTransmitter::new(id, password, kind, VERSION, ton, npi, range).into(),
        Way::Back => BindReceiver::new(id, password, kind, VERSION, ton, npi, range).into(),
    })
}

impl Reader {
    /// The next frame as it came; the reason if there is none any more. May be cancelled.
    pub async fn next(&mut self) -> Result<BytesMut, String> {
        match self.0.next().await {
            Some(Ok(frame)) => Ok(frame),
            Some(Err(error)) if error.kind() == io::ErrorKind::InvalidData => {
                Err("the centre sent what is no SMPP".to_owned())
            }
            Some(Err(error)) => Err(format!("the link broke: {error}")),
            None => Err("the centre closed the link".to_owned()),
        }
    }
}

impl Writer {
    /// Writes one packet; the reason if it did not go. Half a packet may have gone: the link is
    /// of no use after a failure.
    pub async fn write(
        &mut self,
        sequence: u32,
        status: CommandStatus,
        pdu: impl Into<Pdu>,
    ) -> Result<(), String> {
        self.buffer.clear();
        CommandCodec::new()
            .encode(Command::new(status, sequence, pdu), &mut self.buffer)
            .map_err(|error| format!("a packet cannot be written: {error}"))?;
        let written = async {
            self.half.write_all(&self.buffer).await?;
            self.half.flush().await
        };
        match timeout(self.timeout, written).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(format!("the link broke: {error}")),
            Err(_) => Err(format!("the centre took nothing for {:?}", self.timeout)),
        }
    }
}
