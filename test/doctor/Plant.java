// A Java program with mistakes, in the network namespace that it is started in: `java Plant.java COUNT`, or with `mended` behind,
// which heeds what the doctor says. It prints "ready" when the mistakes are there, and ends with its standard input.

import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

public class Plant {
  static int count;
  static boolean mended;
  static final List<Object> held = Collections.synchronizedList(new ArrayList<>());

  interface Handler {
    void handle(Socket socket) throws Exception;
  }

  static void start(Runnable work) {
    Thread thread = new Thread(work);
    thread.setDaemon(true);
    thread.start();
  }

  static ServerSocket serve(int port, int backlog, Handler handler) throws Exception {
    ServerSocket server = new ServerSocket(port, backlog, InetAddress.getByName("127.0.0.1"));
    held.add(server);
    if (handler == null) return server;
    start(() -> {
      while (true) {
        try {
          Socket socket = server.accept();
          held.add(socket);
          start(() -> {
            try {
              handler.handle(socket);
            } catch (Exception e) {
              e.printStackTrace();
            }
          });
        } catch (Exception e) {
          return;
        }
      }
    });
    return server;
  }

  static void ask(int port) throws Exception {
    for (int n = 0; n < count; n++) {
      try (Socket socket = new Socket("127.0.0.1", port)) {
        socket.getOutputStream().write("hello".getBytes());
        Thread.sleep(10);
      }
    }
  }

  // The end was read; close() is forgotten.
  static void notClosed(Socket socket) throws Exception {
    if (mended) {
      try (socket; InputStream in = socket.getInputStream()) {
        in.readAllBytes();
      }
      return;
    }
    socket.getInputStream().readAllBytes();
  }

  // A message was read, and nobody reads on.
  static void endUnread(Socket socket) throws Exception {
    socket.getInputStream().readNBytes(5);
    if (mended) notClosed(socket);
  }

  // Nobody reads at all.
  static void dataUnread(Socket socket) throws Exception {
    if (!mended) return;
    socket.setSoTimeout(1000);
    notClosed(socket);
  }

  // Answers whose bodies nobody reads, on connections that the server closes.
  static void bodies(int port) throws Exception {
    byte[] body = new byte[120_000];
    serve(port, 50, (socket) -> {
      try (socket) {
        byte[] request = new byte[4096];
        socket.getInputStream().read(request);
        OutputStream out = socket.getOutputStream();
        out.write(("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: " + body.length + "\r\n\r\n").getBytes());
        out.write(body);
      }
    });
    HttpClient client = HttpClient.newHttpClient();
    held.add(client);
    HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/")).build();
    for (int n = 0; n < count; n++) {
      InputStream answer = client.send(request, BodyHandlers.ofInputStream()).body();
      held.add(answer);
      if (mended) try (answer) { answer.readAllBytes(); }
    }
  }

  public static void main(String[] arguments) throws Exception {
    count = Integer.parseInt(arguments[0]);
    mended = arguments.length > 1;
    serve(8131, 50, Plant::notClosed);
    serve(8132, 50, Plant::endUnread);
    serve(8133, 50, Plant::dataUnread);
    ask(8131);
    ask(8132);
    ask(8133);
    bodies(8134);
    if (!mended) {
      serve(8135, 2, null);
      for (int n = 0; n < 6; n++)
        start(() -> {
          try {
            Socket socket = new Socket();
            held.add(socket);
            socket.connect(new InetSocketAddress("127.0.0.1", 8135), 60_000);
          } catch (Exception e) {
            // It ends with the program.
          }
        });
      Thread.sleep(300);
    }
    System.out.println("ready");
    System.in.readAllBytes();
    System.exit(0);
  }
}
