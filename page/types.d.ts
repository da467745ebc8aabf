// The JSON of /api/v1, as package api of the server declares it: times are
// milliseconds since 1970, ids are numbers.
declare namespace Api {
  interface Server {
    name: string;
    network?: string;
    version: string;
    epoch: string;
    motd?: string;
    guests: boolean;
    registration: 'closed' | 'invite' | 'open';
    passkeys?: boolean;
    oidc?: { name: string };
    limits: { text: number; files: number; fileSize: number };
    push?: { key: string };
    owner?: boolean;
  }

  type Role = '' | 'guest' | 'bot' | 'member' | 'admin' | 'owner';
  type Rank = '' | 'plain' | 'voice' | 'moderator' | 'owner';

  interface Session {
    user: number;
    nick: string;
    role?: Role;
    guest?: boolean;
    epoch: string;
    seq: number;
    expires?: number;
    secondFactor?: boolean;
    credential?: number;
  }

  interface Room {
    id: number;
    name?: string;
    topic?: string;
    members: number;
    private?: boolean;
    announce?: boolean;
    direct?: boolean;
    joined?: boolean;
    archived?: boolean;
    head: number;
    with?: Person;
    pins?: number[];
    rank?: Rank;
    may?: string[];
    read?: number;
    unread?: number;
    mentions?: number;
    first?: number;
    slow?: number;
    invited?: boolean;
    locked?: boolean;
    limit?: number;
    rules?: Rules;
  }

  /** Who may do what in a room; in a command those that are left out stay. */
  interface Rules {
    announce?: boolean;
    noguests?: boolean;
    inviteonly?: boolean;
    hidden?: boolean;
    heldinvites?: boolean;
    heldpins?: boolean;
    quiet?: boolean;
    slow?: number;
  }

  interface File {
    id: string;
    name: string;
    type: string;
    size: number;
    width?: number;
    height?: number;
    url: string;
    thumbnail?: string;
  }

  interface Preview {
    url: string;
    title?: string;
    description?: string;
    site?: string;
    image?: File;
  }

  interface Reaction {
    emoji: string;
    count: number;
    nicks: string[];
    mine?: boolean;
  }

  interface Replies {
    count: number;
    last?: number;
    time?: number;
    nicks?: string[];
  }

  interface Event {
    seq: number;
    prev: number;
    room: number;
    name?: string;
    time: number;
    kind: string;
    by?: number;
    nick?: string;
    client?: string;
    target?: number;
    whose?: string;
    when?: number;
    user?: number;
    about?: number;
    subject?: string;
    text?: string;
    level?: string;
    thread?: number;
    files?: File[];
    previews?: Preview[];
    reactions?: Reaction[];
    replies?: Replies;
    edited?: boolean;
    deleted?: boolean;
  }

  interface Person {
    id: number;
    nick: string;
    role?: Role;
    rank?: Rank;
    away?: boolean;
    status?: string;
    here?: boolean;
    bot?: boolean;
    picture?: string;
  }

  interface Signal {
    kind: 'typing' | 'away' | 'back' | 'online' | 'offline' | 'member' | 'status' | 'picture';
    room?: number;
    user: number;
    nick: string;
    text?: string;
  }

  interface Command {
    id?: string;
    op: string;
    room?: number;
    to?: string;
    target?: number;
    user?: number;
    nick?: string;
    name?: string;
    text?: string;
    files?: string[];
    action?: boolean;
    level?: string;
    until?: number;
    key?: string;
    private?: boolean;
    rules?: Rules;
  }

  /** A frame of the live connection. */
  interface Message {
    type: 'welcome' | 'event' | 'events' | 'entered' | 'exited' | 'ack' | 'error' | 'signal' | 'bye';
    id?: string;
    epoch?: string;
    seq?: number;
    user?: number;
    nick?: string;
    role?: Role;
    resumed?: boolean;
    rooms?: Room[];
    room?: Room;
    event?: Event;
    events?: Event[];
    signal?: Signal;
    code?: string;
    text?: string;
  }

  interface Page {
    messages: Event[];
    before?: number;
    after?: number;
  }

  /** What a document comes with; it is of no earlier time than the session's seq. */
  interface Opening {
    server: Server;
    session: Session;
    rooms: Room[];
    all: boolean;
    room?: number;
    page?: Page;
  }
}
