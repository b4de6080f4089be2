//! As much of HTTP/1.1 as one request needs.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use coze_types::http::{HeaderMap, HeaderName, HeaderValue, Response};
use coze_types::{Body, Encoded};

/// Longest line of a head; longer ones are refused.
const LINE: u64 = 16 * 1024;
/// Largest piece that is read at once.
const PIECE: usize = 16 * 1024;

/// A response whose body is still on its way.
#[derive(Debug)]
pub(crate) struct Received<R> {
    pub(crate) head: Response<()>,
    source: R,
    framing: Framing,
}

/// What ends the body.
#[derive(Debug)]
enum Framing {
    /// So many more bytes.
    Length(u64),
    /// So many more bytes of this chunk, and then the next chunk.
    Chunk(u64),
    /// The end of the connection.
    Close,
    Over,
}

/// Sends a request to `base`, such as `http://127.0.0.1:8080`, and waits for the head of the response.
pub(crate) fn send(base: &str, token: &str, request: &Encoded) -> io::Result<Received<BufReader<TcpStream>>> {
    let rest =
        base.strip_prefix("http://").ok_or_else(|| invalid("the base URL does not begin with http://"))?;
    let (host, prefix) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let address = if host.contains(':') { host.to_owned() } else { format!("{host}:80") };
    let body = match &request.body {
        Body::Json(json) => &json[..],
        Body::Empty => &[],
        _ => return Err(invalid("only JSON bodies can be sent")),
    };
    let mut head = format!(
        "{} {}{} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nAccept: {}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n",
        request.method,
        prefix.trim_end_matches('/'),
        request.target,
        request.accept,
        body.len(),
    );
    for (name, value) in request.headers {
        head.extend([*name, ": ", *value, "\r\n"]);
    }
    head.push_str("\r\n");
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(head.as_bytes())?;
    stream.write_all(body)?;
    Received::read(BufReader::new(stream))
}

impl<R: BufRead> Received<R> {
    /// Reads the head of a response.
    fn read(mut source: R) -> io::Result<Self> {
        let status_line = line(&mut source)?;
        let status = status_line.strip_prefix("HTTP/1.").and_then(|rest| rest.get(2..5));
        let status = status.ok_or_else(|| invalid(format!("no HTTP response: {status_line:?}")))?;
        let mut head = Response::builder().status(status).body(()).map_err(invalid)?;
        loop {
            let line = line(&mut source)?;
            if line.is_empty() {
                break;
            }
            let (name, value) =
                line.split_once(':').ok_or_else(|| invalid(format!("no header: {line:?}")))?;
            let name = HeaderName::try_from(name).map_err(invalid)?;
            head.headers_mut().append(name, HeaderValue::try_from(value.trim()).map_err(invalid)?);
        }
        let framing = framing(head.headers())?;
        Ok(Self { head, source, framing })
    }

    /// Waits for the next piece of the body, as it comes; `None` is its end.
    pub(crate) fn read_piece(&mut self) -> io::Result<Option<Vec<u8>>> {
        loop {
            match self.framing {
                Framing::Over => return Ok(None),
                Framing::Length(0) => self.framing = Framing::Over,
                Framing::Chunk(0) => self.next_chunk()?,
                Framing::Close => match self.take(PIECE as u64)? {
                    piece if piece.is_empty() => self.framing = Framing::Over,
                    piece => return Ok(Some(piece)),
                },
                Framing::Length(left) | Framing::Chunk(left) => {
                    let piece = self.take(left)?;
                    if piece.is_empty() {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                    let left = left - piece.len() as u64;
                    if let Framing::Chunk(_) = self.framing {
                        if left == 0 && !line(&mut self.source)?.is_empty() {
                            return Err(invalid("a chunk is longer than it says"));
                        }
                        self.framing = Framing::Chunk(left);
                    } else {
                        self.framing = Framing::Length(left);
                    }
                    return Ok(Some(piece));
                }
            }
        }
    }

    /// Reads the whole body, in the form that the types decode.
    pub(crate) fn read_all<B: From<Vec<u8>>>(mut self) -> io::Result<Response<B>> {
        let mut body = Vec::new();
        while let Some(piece) = self.read_piece()? {
            body.extend(piece);
        }
        Ok(self.head.map(|()| body.into()))
    }

    /// Takes what has arrived, but at most `limit` bytes; nothing at the end of the connection.
    fn take(&mut self, limit: u64) -> io::Result<Vec<u8>> {
        let arrived = self.source.fill_buf()?;
        let length = arrived.len().min(usize::try_from(limit).unwrap_or(usize::MAX)).min(PIECE);
        let piece = arrived[..length].to_vec();
        self.source.consume(length);
        Ok(piece)
    }

    /// Reads the size of the next chunk, and the trailers after the last one.
    fn next_chunk(&mut self) -> io::Result<()> {
        let text = line(&mut self.source)?;
        let digits = text.split(';').next().unwrap_or_default().trim();
        let size =
            u64::from_str_radix(digits, 16).map_err(|_| invalid(format!("no chunk size: {text:?}")))?;
        self.framing = Framing::Chunk(size);
        if size == 0 {
            while !line(&mut self.source)?.is_empty() {}
            self.framing = Framing::Over;
        }
        Ok(())
    }
}

fn framing(headers: &HeaderMap) -> io::Result<Framing> {
    if let Some(coding) = headers.get("transfer-encoding") {
        if !coding.as_bytes().eq_ignore_ascii_case(b"chunked") {
            return Err(invalid("the transfer coding is not chunked"));
        }
        return Ok(Framing::Chunk(0));
    }
    let Some(length) = headers.get("content-length") else { return Ok(Framing::Close) };
    let length = length.to_str().ok().and_then(|text| text.parse().ok());
    length.map(Framing::Length).ok_or_else(|| invalid("the content length is no number"))
}

/// Reads one line without its end.
fn line(source: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    source.take(LINE).read_line(&mut line)?;
    match line.strip_suffix('\n') {
        Some(text) => Ok(text.strip_suffix('\r').unwrap_or(text).to_owned()),
        None => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hands out what it holds in pieces of one size, as a socket may.
    struct Dripping<'a>(&'a [u8], usize);

    impl Read for Dripping<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = self.1.min(buffer.len()).min(self.0.len());
            let (now, later) = self.0.split_at(length);
            buffer[..length].copy_from_slice(now);
            self.0 = later;
            Ok(length)
        }
    }

    fn body(response: &str, pieces: usize) -> io::Result<Vec<u8>> {
        let received = Received::read(BufReader::new(Dripping(response.as_bytes(), pieces)))?;
        Ok(received.read_all::<Vec<u8>>()?.into_body())
    }

    #[test]
    fn bodies_of_each_framing_are_read_whole() {
        for response in [
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhell\r\n1;x=y\r\no\r\n0\r\n\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n05\r\nhello\r\n0\r\nTrailer: 1\r\n\r\nignored",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello, ignored",
            "HTTP/1.0 200\r\n\r\nhello",
        ] {
            for pieces in [1, 2, 3, 7, 1000] {
                assert_eq!(body(response, pieces).unwrap(), b"hello", "{response:?} in {pieces}");
            }
        }
        assert_eq!(body("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", 1).unwrap(), b"");
    }

    #[test]
    fn a_body_that_is_cut_is_an_error_at_every_byte() {
        let whole = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhell\r\n1\r\no\r\n0\r\n\r\n";
        for cut in 0..whole.len() {
            let error = body(&whole[..cut], 1000).expect_err(&whole[..cut]);
            assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof, "{cut}: {error}");
        }
        let length = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell";
        assert_eq!(body(length, 1000).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn what_is_no_response_is_refused() {
        let endless = format!("HTTP/1.1 200 OK\r\nx: {}", "y".repeat(100_000));
        for response in [
            "SSH-2.0-OpenSSH\r\n",
            "HTTP/1.1 abc\r\n\r\n",
            "HTTP/1.1 200 OK\r\nno header\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n",
            endless.as_str(),
        ] {
            assert!(body(response, 1000).is_err(), "{response:.60}");
        }
    }
}
