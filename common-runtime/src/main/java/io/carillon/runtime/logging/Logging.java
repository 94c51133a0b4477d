package io.carillon.runtime.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import org.slf4j.LoggerFactory;

/** Sets Logback up from configuration, so that no file of its own has to lie on the class path. */
public final class Logging {
    private static final String PATTERN =
            "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level %X{node} [%thread] %logger{0}: %msg %kvp%n%ex";

    private Logging() {}

    /** Replaces whatever was set up before; {@code node} stands in each line. */
    public static void configure(LogConfig config, String node) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        context.putProperty("node", node);
        Encoder<ILoggingEvent> encoder;
        if (config.format() == LogConfig.Format.JSON) {
            JsonEncoder json = new JsonEncoder();
            json.setContext(context);
            json.start();
            encoder = json;
        } else {
            encoder = text(context, PATTERN.replace("%X{node}", node));
        }
        write(context, "System.out", encoder, Level.INFO);
        context.getLogger("io.carillon").setLevel(Level.toLevel(config.level()));
        context.getLogger("org.apache.zookeeper").setLevel(Level.WARN);
        context.getLogger("org.apache.curator").setLevel(Level.WARN);
    }

    /** For a command, whose output is its own: warnings only, and to the standard error. */
    public static void configureCommand() {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        write(context, "System.err", text(context, "%-5level %logger{0}: %msg %kvp%n%ex"), Level.WARN);
    }

    private static Encoder<ILoggingEvent> text(LoggerContext context, String pattern) {
        PatternLayoutEncoder text = new PatternLayoutEncoder();
        text.setContext(context);
        text.setPattern(pattern);
        text.start();
        return text;
    }

    /** Everything from a level on goes to {@code stream}, as logback calls it. */
    private static void write(LoggerContext context, String stream, Encoder<ILoggingEvent> encoder, Level level) {
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setContext(context);
        console.setTarget(stream);
        console.setEncoder(encoder);
        console.start();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.addAppender(console);
        root.setLevel(level);
    }

    /** False where the word is no level. An empty logger name is the root. */
    public static boolean setLevel(String logger, String level) {
        Level wanted = Level.toLevel(level, null);
        if (wanted == null) {
            return false;
        }
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.getLogger(logger.isEmpty() ? org.slf4j.Logger.ROOT_LOGGER_NAME : logger)
                .setLevel(wanted);
        return true;
    }
}
