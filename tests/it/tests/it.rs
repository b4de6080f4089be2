//! Integration tests: endpoints without a server, the client over a transport in memory, and the client against
//! the simulator over real sockets.
#![cfg(test)]

mod audio_answer;
mod build;
mod check;
mod contract;
mod declared;
mod envelope;
mod event;
mod facade;
mod fuzz;
mod guarded;
mod hyper;
mod mock;
mod own_code;
mod property;
mod raw;
mod read;
mod served;
mod stream;
mod studio;
mod upload;
mod workflow;
