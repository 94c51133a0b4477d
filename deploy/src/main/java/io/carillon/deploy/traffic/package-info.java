/** Devices and senders against a running fleet, and what arrived of what was sent. */
@NullMarked
package io.carillon.deploy.traffic;

import org.jspecify.annotations.NullMarked;
