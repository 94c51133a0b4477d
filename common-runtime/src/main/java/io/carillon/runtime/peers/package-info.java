/** The other processes of a role, connected. */
@NullMarked
package io.carillon.runtime.peers;

import org.jspecify.annotations.NullMarked;
