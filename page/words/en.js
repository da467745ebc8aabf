// @ts-check
// English. A value with several forms is chosen by n (Intl.PluralRules).

export default {
  'app.skip': 'Skip to the messages',
  'app.loading': 'Loading…',

  'connection.connecting': 'Connecting…',
  'connection.waiting': 'Reconnecting…',
  'connection.offline': 'You are offline. What you write is sent when you are back.',
  'connection.ended': 'The connection was closed.',
  'connection.retry': 'Try now',

  'dialog.close': 'Close',
  'dialog.cancel': 'Cancel',
  'dialog.ok': 'OK',
  'toast.dismiss': 'Dismiss',
  'toast.undo': 'Undo',
  'toast.region': 'Notices',
  'field.required': 'This is needed.',

  'nav.rooms': 'Rooms and conversations',
  'nav.open': 'Show the rooms',
  'nav.close': 'Hide the rooms',
  'nav.channels': 'Rooms',
  'nav.directs': 'Direct conversations',
  'nav.unread': { one: '{n} unread', other: '{n} unread' },
  'nav.mentions': { one: '{n} mention', other: '{n} mentions' },
  'nav.settings': 'Settings',
  'nav.search': 'Search',
  'nav.switch': 'Go to a room or person',
  'nav.admin': 'Administration',
  'nav.browse': 'Find or make a room',

  'signin.title': 'Come in',
  'signin.nick': 'Your nick',
  'signin.guest': 'Come in as a guest',
};
