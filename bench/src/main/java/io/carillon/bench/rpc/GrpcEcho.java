package io.carillon.bench.rpc;

import com.google.protobuf.BytesValue;
import io.carillon.rpc.Transports;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.netty.channel.EventLoopGroup;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * grpc-java as fast as it is known to go: the same native transport, handlers and callbacks on the event loops
 * (directExecutor), no deadline, no interceptors, no statistics.
 */
final class GrpcEcho implements EchoStack {
    private static final MethodDescriptor<BytesValue, BytesValue> ECHO =
            MethodDescriptor.<BytesValue, BytesValue>newBuilder()
                    .setType(MethodDescriptor.MethodType.UNARY)
                    .setFullMethodName("bench.Echo/Echo")
                    .setRequestMarshaller(ProtoUtils.marshaller(BytesValue.getDefaultInstance()))
                    .setResponseMarshaller(ProtoUtils.marshaller(BytesValue.getDefaultInstance()))
                    .build();

    private final EventLoopGroup serverLoop = Transports.newEventLoopGroup(1, "grpc-server");
    private final EventLoopGroup clientLoop = Transports.newEventLoopGroup(1, "grpc-client");
    private final Server server;
    private final ManagedChannel channel;

    GrpcEcho() throws Exception {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .bossEventLoopGroup(serverLoop)
                .workerEventLoopGroup(serverLoop)
                .channelType(Transports.serverChannelClass())
                .directExecutor()
                .addService(ServerServiceDefinition.builder("bench.Echo")
                        .addMethod(ECHO, ServerCalls.asyncUnaryCall(GrpcEcho::echo))
                        .build())
                .build()
                .start();
        channel = NettyChannelBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort()))
                .eventLoopGroup(clientLoop)
                .channelType(Transports.clientChannelClass())
                .usePlaintext()
                .directExecutor()
                .build();
        ClientCalls.blockingUnaryCall(channel, ECHO, CallOptions.DEFAULT, BytesValue.getDefaultInstance());
    }

    private static void echo(BytesValue request, StreamObserver<BytesValue> answers) {
        answers.onNext(request);
        answers.onCompleted();
    }

    @Override
    public void call(BytesValue body, Lane lane) {
        ClientCalls.asyncUnaryCall(channel.newCall(ECHO, CallOptions.DEFAULT), body, new Answer(lane));
    }

    private static final class Answer implements StreamObserver<BytesValue> {
        private final Lane lane;
        private BytesValue answer = BytesValue.getDefaultInstance();

        Answer(Lane lane) {
            this.lane = lane;
        }

        @Override
        public void onNext(BytesValue value) {
            answer = value;
        }

        @Override
        public void onError(Throwable cause) {
            lane.onFailure(cause);
        }

        @Override
        public void onCompleted() {
            lane.onAnswer(answer);
        }
    }

    @Override
    public void close() throws Exception {
        channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        clientLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        serverLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS);
    }
}
