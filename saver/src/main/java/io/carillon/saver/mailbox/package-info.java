/** Put, load and ack: the mailboxes of users. */
@NullMarked
package io.carillon.saver.mailbox;

import org.jspecify.annotations.NullMarked;
