/** The rows of pending messages: group commit, partitions, strays. */
@NullMarked
package io.carillon.saver.mysql;

import org.jspecify.annotations.NullMarked;
