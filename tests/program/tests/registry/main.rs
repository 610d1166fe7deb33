//! The registry's instructions against the real bytecode.

mod action;
mod action_target;
mod apply_device_leaf;
mod device;
mod genesis;
mod lock_devices;
mod pause;
mod poll;
mod register_device;
mod role;
mod stage;
mod surface;
